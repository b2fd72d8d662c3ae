// The chosen zone: whose it is, whose it would be, and to which neighbour it can be given.

import { h } from "parts/dom.js";
import { attempt, button } from "parts/button.js";
import { chip } from "parts/chip.js";
import { field } from "parts/field.js";
import { redraw } from "parts/redraw.js";
import { NOBODY } from "pages/territory/model.js";
import { percent, who } from "pages/territory/words.js";

export class ZoneView {
  /** @param {import("pages/territory/model.js").Model} model */
  constructor(model) {
    this.model = model;
    this.element = h("div", { class: "stack territory-zone" });
    model.addEventListener("change", () => redraw(this.element, () => this.element.replaceChildren(...this.draw())));
  }

  /** @returns {Node[]} */
  draw() {
    const { model } = this;
    const { proposal, alternative, owner, zone: at } = model;
    if (!proposal?.zones.length) return [];
    const input = h("select", { class: "input", data: { id: "zone" }, on: { change: (event) => model.choose(event.target.value === "" ? null : Number(event.target.value)) } },
      h("option", { value: "", t: "territory.zone.none", selected: at === null }),
      proposal.zones.map((zone, number) => h("option", { value: number, text: zone.code, selected: number === at })));
    const parts = [field({ t: "territory.zone", name: "zone", input, hint: "territory.zone.hint" })];
    const zone = at === null ? undefined : proposal.zones[at];
    if (at === null || !zone) return parts;
    const total = proposal.zones.reduce((sum, each) => sum + each.load, 0);
    const facts = h("dl", { class: "territory-facts" },
      h("dt", { t: "territory.zone.load" }), h("dd", { text: percent(zone.load / total) }),
      h("dt", { t: "territory.zone.now" }), h("dd", { text: who(proposal.reps[zone.now]) }),
      h("dt", { t: "territory.zone.then" }), h("dd", { text: who(proposal.reps[owner[at] ?? NOBODY]) }));
    const near = model.neighbours(at);
    return [...parts, facts,
      ...(zone.locked ? [h("div", null, chip({ t: "territory.zone.locked", icon: "shield", tone: "warn" }))] : []),
      ...(model.editable && near.length ? [h("h3", { t: "territory.give" }), h("div", { class: "stack" }, near.map((rep, number) =>
        button({ text: who(proposal.reps[rep]), ...(number < 9 && { key: String(number + 1) }), "data-id": `give-${rep}`, class: "button territory-give",
          action: () => model.give(at, rep) })))] : []),
      ...(model.editable && alternative && alternative.nudged > 0 ? [button({ t: "territory.undo", icon: "undo", kind: "quiet", action: () => model.undo() })] : []),
      this.agreed(zone)];
  }

  /** A lock and a deputy. @param {import("pages/territory/model.js").Zone} zone */
  agreed(zone) {
    const { model } = this;
    const terms = model.terms.get(zone.id);
    const deputy = h("select", { class: "input", data: { id: "deputy" }, on: { change: (event) => attempt(event.currentTarget, () => model.agree(zone.id, { deputy_id: event.target.value || null })) } },
      h("option", { value: "", t: "territory.nobody.name", selected: !terms?.deputy_id }),
      model.proposal?.reps.map((rep) => h("option", { value: rep.id, text: who(rep), selected: rep.id === terms?.deputy_id })));
    return h("div", { class: "stack" }, field({ t: "territory.deputy", name: "deputy", input: deputy, hint: "territory.deputy.hint" }),
      button({ t: terms?.locked ? "territory.unlock" : "territory.lock", icon: "shield", pressed: Boolean(terms?.locked), "data-id": "lock",
        action: () => model.agree(zone.id, { locked: !terms?.locked }) }));
  }
}
