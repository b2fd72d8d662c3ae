// What if: somebody goes home earlier, or more work comes in. Asked for with a plan, looked at as a plan; what has tasks in
// it that do not exist is never applied.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { field } from "parts/field.js";
import { redraw } from "parts/redraw.js";
import { i18n, t } from "parts/words.js";
import { name } from "pages/console/words.js";

/** @typedef {import("pages/console/types.js").Plan} Plan */
/** @typedef {{zone: string, count: number, category: string, severity: string, skill: string}} Extra */

const SKILL = /** @type {Record<string, string>} */ ({ leak: "leak_repair", no_water: "valve", low_pressure: "pressure", dirty_water: "water_quality", meter: "meter_work", other: "consulting" });
const MOST = 10;

export class WhatIf {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    /** @type {Map<string, string>} representative → HH:MM */
    this.leaves = new Map();
    /** @type {Extra[]} */
    this.extra = [];
    this.list = h("ul", { class: "rows" });
    this.element = h("details", { class: "console-fold console-what-if" });
  }

  clear() {
    this.leaves.clear();
    this.extra = [];
  }

  /** For this station. @param {string} station */
  show(station) {
    const people = [...this.board.reps.values()].filter((rep) => rep.station === station).sort((a, b) => a.code.localeCompare(b.code, "en", { numeric: true }));
    const zones = [...this.board.zones.values()].map(({ properties }) => properties).filter((zone) => zone.station === station);
    const who = h("select", { class: "input", name: "leaver" }, people.map((rep) => h("option", { value: rep.id, text: name(rep) })));
    const at = h("input", { class: "input", type: "time", name: "leaves", value: "15:00" });
    const where = h("select", { class: "input", name: "zone" }, zones.map((zone) => h("option", { value: zone.code, text: `${zone.code} · ${name(zone)}` })));
    const count = h("input", { class: "input", type: "number", name: "count", min: "1", max: "20", value: "3" });
    const what = h("select", { class: "input", name: "category" }, Object.keys(SKILL).map((category) => h("option", { value: category, t: `common.category.${category}` })));
    this.element.open = this.element.open || this.anything;
    this.element.replaceChildren(h("summary", null, h("b", { t: "console.what_if" })), h("div", { class: "stack" },
      h("div", { class: "console-form" }, field({ t: "console.what_if.who", name: "leaver", input: who }), field({ t: "console.what_if.leaves", name: "leaves", input: at })),
      button({ t: "console.what_if.add", icon: "plus", "data-add": "leaves", disabled: people.length === 0, action: () => {
        if (at.value) this.leaves.set(who.value, at.value);
        this.draw();
      } }),
      h("div", { class: "console-form" }, field({ t: "console.what_if.count", name: "count", input: count }), field({ t: "console.what_if.what", name: "category", input: what }), field({ t: "console.what_if.where", name: "zone", input: where })),
      button({ t: "console.what_if.add", icon: "plus", "data-add": "extra", disabled: zones.length === 0, action: () => {
        const many = Math.min(Math.max(Math.round(Number(count.value)) || 1, 1), 20);
        if (this.extra.length < MOST) this.extra.push({ zone: where.value, count: many, category: what.value, severity: "major", skill: SKILL[what.value] ?? "leak_repair" });
        this.draw();
      } }),
      this.list));
    this.draw();
    return this.element;
  }

  get anything() {
    return this.leaves.size + this.extra.length > 0;
  }

  draw() {
    const away = (/** @type {() => void} */ take) => button({ icon: "close", size: "icon", kind: "quiet", label: "console.what_if.away", action: () => {
      take();
      this.draw();
    } });
    redraw(this.list, () => this.list.replaceChildren(
      ...[...this.leaves].map(([rep, time]) => h("li", { class: "row" }, h("span", { class: "grow", text: goesHome(this.board, rep, time) }), away(() => this.leaves.delete(rep)))),
      ...this.extra.map((each) => h("li", { class: "row" }, h("span", { class: "grow", text: comesIn(each.count, each.category, each.zone) }), away(() => this.extra.splice(this.extra.indexOf(each), 1))))));
  }

  /** For the wish: moments of today, as the utility's clocks have them. */
  get body() {
    return { leaves: Object.fromEntries([...this.leaves].map(([rep, time]) => [rep, today(time)])), extra: this.extra };
  }
}

/** What a plan supposes, so that nobody takes it for the day. @param {Plan} plan @param {import("pages/console/board.js").Board} board */
export function supposed({ leaves, extra }, board) {
  const lines = Object.entries(leaves ?? {}).map(([rep, at]) => goesHome(board, rep, i18n.time(at)));
  /** @type {Map<string, {count: number, category: string, zone: string}>} */
  const groups = new Map();
  for (const { zone, category } of extra ?? []) {
    const group = groups.get(`${zone} ${category}`) ?? { count: 0, category, zone };
    groups.set(`${zone} ${category}`, { ...group, count: group.count + 1 });
  }
  lines.push(...[...groups.values()].map(({ count, category, zone }) => comesIn(count, category, zone)));
  if (!lines.length) return null;
  return note({ t: "console.what_if.supposed", icon: "info", tone: "warn" }, h("ul", { class: "console-reasons" }, lines.map((text) => h("li", { text }))), extra?.length ? h("p", { class: "small", t: "console.what_if.only" }) : h("span"));
}

/** @param {import("pages/console/board.js").Board} board @param {string} rep @param {string} time */
function goesHome(board, rep, time) {
  const known = board.reps.get(rep);
  return t("console.what_if.goes_home", { name: known ? name(known) : rep, time });
}

/** @param {number} count @param {string} category @param {string} zone */
function comesIn(count, category, zone) {
  return t("console.what_if.comes_in", { count, what: t(`common.category.${category}`), zone });
}

/** A wall-clock time of today in the utility's time zone as a moment. @param {string} time HH:MM */
export function today(time) {
  const now = new Date();
  const shown = new Intl.DateTimeFormat("en-US", { ...(i18n.timezone && { timeZone: i18n.timezone }), hourCycle: "h23", hour: "2-digit", minute: "2-digit", second: "2-digit" }).formatToParts(now);
  const part = (/** @type {string} */ type) => Number(shown.find((one) => one.type === type)?.value ?? 0);
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  const since = (part("hour") * 60 + part("minute")) * 60 + part("second");
  return new Date(now.getTime() - (now.getTime() % 1000) + ((hours * 60 + minutes) * 60 - since) * 1000).toISOString();
}
