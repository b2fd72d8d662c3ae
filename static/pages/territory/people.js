// Every representative's part of the work, in what is shown: how far from what it should be, zones, and what changes.

import { h } from "parts/dom.js";
import { redraw } from "parts/redraw.js";
import { i18n } from "parts/words.js";
import { hue, shades } from "pages/territory/colours.js";
import { more, who } from "pages/territory/words.js";

const FAR = 0.1; // from here on a deviation is one to look at

export class People {
  /** @param {import("pages/territory/model.js").Model} model */
  constructor(model) {
    this.model = model;
    this.element = h("div", { class: "territory-people" });
    model.addEventListener("change", () => redraw(this.element, () => this.element.replaceChildren(...this.draw())));
  }

  /** @returns {Node[]} */
  draw() {
    const { proposal, alternative, owner } = this.model;
    if (!proposal || !alternative) return [];
    const dark = document.documentElement.dataset["theme"] === "dark";
    const given = shades(proposal.zones, owner, proposal.reps.length);
    const rows = proposal.reps.map((rep, at) => ({ rep, at, figures: alternative.reps[at] }))
      .sort((a, b) => Math.abs(b.figures?.deviation ?? 0) - Math.abs(a.figures?.deviation ?? 0));
    return [h("table", null,
      h("caption", { t: "territory.people" }),
      h("thead", null, h("tr", null, ["name", "deviation", "zones", "change"].map((name) => h("th", { scope: "col", t: `territory.column.${name}` })))),
      h("tbody", null, rows.map(({ rep, at, figures }) => {
        const swatch = h("i", { "aria-hidden": "true" });
        swatch.style.backgroundColor = hue(given[at], dark);
        const far = Math.abs(figures?.deviation ?? 0) > FAR;
        return h("tr", { data: { id: rep.id } },
          h("th", { scope: "row" }, swatch, h("span", { text: who(rep) })),
          h("td", { class: "number", data: { tone: far ? "bad" : null }, text: more(figures?.deviation ?? 0) }),
          h("td", { class: "number", text: i18n.number(figures?.zones ?? 0) }),
          h("td", { class: "number", text: changes(figures?.gained ?? 0, figures?.lost ?? 0) }));
      })))];
  }
}

/** @param {number} gained @param {number} lost */
function changes(gained, lost) {
  return [gained && `+${i18n.number(gained)}`, lost && `−${i18n.number(lost)}`].filter(Boolean).join(" ") || "–";
}
