// The short list: how it is, and each alternative with its three figures; below it, from which day it holds.

import { wallTime } from "lib/time.js";
import { h } from "parts/dom.js";
import { attempt, button } from "parts/button.js";
import { chip, note } from "parts/chip.js";
import { ask } from "parts/dialog.js";
import { failed, nothing, skeleton } from "parts/empty.js";
import { field } from "parts/field.js";
import { redraw } from "parts/redraw.js";
import { i18n } from "parts/words.js";
import { askWhich } from "pages/territory/ask.js";
import { kilometres, percent } from "pages/territory/words.js";

/** @typedef {import("pages/territory/model.js").Model} Model */
/** @typedef {import("pages/territory/model.js").Figures} Figures */

const LOOK = /** @type {Record<string, {icon: string, tone: import("parts/chip.js").Tone}>} */ ({
  asked: { icon: "clock", tone: "warn" }, ready: { icon: "list", tone: "brand" }, failed: { icon: "alert", tone: "bad" },
  published: { icon: "calendar", tone: "ok" }, in_force: { icon: "check", tone: "ok" },
});

export class Choices {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    this.element = h("div", { class: "stack" }, skeleton(4));
    this.day = wallTime(new Date(Date.now() + 86_400_000), model.page.shell.timezone).slice(0, 10);
    model.addEventListener("change", () => redraw(this.element, () => this.element.replaceChildren(...this.draw())));
  }

  /** @returns {Node[]} */
  draw() {
    const { model } = this;
    if (!model.loaded) return [failed(model.trouble, () => model.read())];
    const { proposal } = model;
    if (!proposal) return [nothing({ t: "territory.empty", more: "territory.empty.more", icon: "zone" }, button({ t: "territory.ask", icon: "again", action: (event) => attempt(event.currentTarget, () => askWhich(model)) }))];
    return [
      ...(model.trouble ? [note({ text: i18n.error(model.trouble), icon: "offline", tone: "warn" })] : []),
      this.pick(),
      ...this.standing(),
      ...(proposal.now ? [h("ul", { class: "territory-list" },
        this.row(null, "territory.kind.now", proposal.now, 0),
        proposal.alternatives.map((each) => this.row(each.id, `territory.kind.${each.kind}`, each.figures, each.nudged)))] : []),
      ...this.publication(),
    ];
  }

  /** Which proposal. */
  pick() {
    const { model } = this;
    const input = h("select", { class: "input", data: { id: "proposal" }, on: { change: (event) => void model.read(event.target.value) } },
      model.list.map((each) => h("option", { value: each.id, selected: each.id === model.proposal?.id,
        text: `${i18n.date(each.asked_at)} ${i18n.time(each.asked_at)}${each.station ? ` · ${each.station}` : ""}` })));
    return field({ t: "territory.proposal", name: "proposal", input });
  }

  /** @returns {Node[]} */
  standing() {
    const { proposal } = this.model;
    if (!proposal) return [];
    /** @type {HTMLElement[]} */
    const parts = [h("div", { class: "cluster" }, chip({ t: `territory.state.${proposal.state}`, ...LOOK[proposal.state] }))];
    if (proposal.state === "asked") parts.push(skeleton(3));
    if (proposal.state === "failed") parts.push(note({ t: `territory.reason.${proposal.reason}`, icon: "alert", tone: "bad" }));
    if (proposal.state === "ready" && proposal.outdated) parts.push(note({ t: "territory.outdated", icon: "alert", tone: "warn" }));
    return parts;
  }

  /** @param {string | null} id @param {string} t @param {Figures} figures @param {number} nudged */
  row(id, t, figures, nudged) {
    const { model } = this;
    const own = model.shown === id;
    const fact = (/** @type {string} */ name, /** @type {string} */ value) => h("div", null, h("dt", { t: `territory.figure.${name}` }), h("dd", { class: "number", text: value }));
    return h("li", null, h("button", { type: "button", class: "territory-row", "aria-pressed": String(own), data: { id: id ?? "now" }, on: { click: () => model.show(id) } },
      h("span", { class: "split" }, h("b", { t }), nudged > 0 && chip({ t: "territory.nudged", params: { count: nudged }, icon: "hand" })),
      h("dl", null,
        fact("deviation", percent(figures.deviation)), fact("rms", kilometres(figures.rms_m)), fact("moved", i18n.number(figures.moved))),
      (figures.apart > 0 || figures.nobody > 0) && h("span", { class: "cluster" },
        figures.apart > 0 && chip({ t: "territory.apart", params: { count: figures.apart }, icon: "alert", tone: "warn" }),
        figures.nobody > 0 && chip({ t: "territory.nobody", params: { count: figures.nobody }, icon: "alert", tone: "bad" }))));
  }

  /** @returns {Node[]} */
  publication() {
    const { model } = this;
    const { proposal, alternative } = model;
    if (!proposal) return [];
    if (proposal.state === "published" || proposal.state === "in_force") {
      const told = { day: i18n.date(`${proposal.begins_on}T12:00`), read: proposal.read, told: proposal.told };
      return [note({ t: `territory.told.${proposal.state}`, params: told, icon: "calendar", tone: "ok" }),
        ...(proposal.state === "published" ? [button({ t: "territory.withdraw", icon: "undo", action: () => model.withdraw() })] : [])];
    }
    if (proposal.state !== "ready" || !alternative || proposal.outdated) return [];
    const day = field({ t: "territory.begins", name: "begins_on", type: "date", value: this.day, min: wallTime(new Date(), model.page.shell.timezone).slice(0, 10), "data-id": "day" });
    day.control.addEventListener("change", () => (this.day = day.control.value));
    return [h("div", { class: "card stack territory-publish" }, day,
      button({ t: "territory.publish", icon: "send", kind: "primary", action: (event) => attempt(event.currentTarget, () => this.publish(day.control.value)) }))];
  }

  /** @param {string} day */
  async publish(day) {
    const figures = this.model.alternative?.figures;
    if (!figures || !day) return;
    const broken = figures.apart > 0 || figures.nobody > 0;
    const body = [h("p", { t: "territory.publish.text", params: { count: figures.moved, day: i18n.date(`${day}T12:00`) } }),
      ...(broken ? [note({ t: "territory.publish.broken", params: { apart: figures.apart, nobody: figures.nobody }, icon: "alert", tone: "warn" })] : [])];
    const answer = await ask({ t: "territory.publish.title", body,
      actions: [{ value: "", t: "common.cancel" }, { value: "yes", t: "territory.publish", kind: broken ? "danger" : "primary" }] });
    if (answer !== "yes") return;
    await this.model.publish(day, broken);
    this.model.page.toast.show({ t: "territory.published" });
  }
}
