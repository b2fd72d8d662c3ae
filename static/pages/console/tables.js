// The map in words: zones and representatives as tables that sort, for the keyboard and for screen readers. What the map
// shows by colour and place stands here as text; the task list on the left is the third table.

import { h } from "parts/dom.js";
import { chip } from "parts/chip.js";
import { i18n, t } from "parts/words.js";
import { COVERAGE, name, reason } from "pages/console/words.js";

/** @typedef {{key: string, value: (row: any) => string | number, cell?: (row: any) => Node | string}} Column */

const WORST = Object.keys(COVERAGE);

export class Tables {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    this.zones = new Table("console.table.zones", [
      { key: "zone", value: (zone) => zone.code, cell: (zone) => open(`${zone.code} · ${name(zone)}`, () => board.choose({ kind: "zone", id: zone.code })) },
      { key: "coverage", value: (zone) => WORST.indexOf(zone.coverage), cell: (zone) => chip({ t: `console.coverage.${zone.coverage}`, ...COVERAGE[/** @type {string} */ (zone.coverage)] }) },
      { key: "why", value: (zone) => i18n.list(zone.reasons.map(reason)) },
      { key: "owner", value: (zone) => (zone.owner ? name(zone.owner) : "–") },
      { key: "open", value: (zone) => zone.open_tasks },
    ], "coverage");
    this.reps = new Table("console.table.reps", [
      { key: "rep", value: (rep) => name(rep), cell: (rep) => open(name(rep), () => board.choose({ kind: "rep", id: rep.id })) },
      { key: "station", value: (rep) => rep.station },
      { key: "shift", value: (rep) => (rep.on_shift ? t("console.on_shift") : t("console.off_shift")) },
      { key: "open", value: (rep) => rep.open_tasks },
      { key: "done", value: (rep) => rep.done_today },
      { key: "next", value: (rep) => (rep.next_stop ? i18n.time(rep.next_stop.eta) : "–") },
      { key: "seen", value: (rep) => (rep.position ? i18n.relative(rep.position.at, new Date()) : t("console.not_seen")) },
    ], "rep");
    this.element = h("div", { class: "stack console-tables" }, this.zones.element, this.reps.element);
    board.addEventListener("change", () => this.element.isConnected && this.show());
  }

  show() {
    this.zones.show([...this.board.zones.values()].map((zone) => zone.properties));
    this.reps.show([...this.board.reps.values()]);
  }
}

/** @param {string} text @param {() => void} action */
function open(text, action) {
  return h("button", { type: "button", class: "console-link", text, on: { click: action } });
}

class Table {
  /** @param {string} caption @param {Column[]} columns @param {string} by */
  constructor(caption, columns, by) {
    this.columns = columns;
    this.by = by;
    this.down = false;
    /** @type {any[]} */
    this.rows = [];
    this.head = h("tr");
    this.body = h("tbody");
    this.element = h("div", { class: "console-table", tabindex: "0", role: "region", label: caption },
      h("table", null, h("caption", { t: caption }), h("thead", null, this.head), this.body));
  }

  /** @param {any[]} rows */
  show(rows) {
    this.rows = rows;
    const column = this.columns.find(({ key }) => key === this.by);
    const order = (/** @type {any} */ a, /** @type {any} */ b) => compare(column?.value(a) ?? "", column?.value(b) ?? "") * (this.down ? -1 : 1);
    this.head.replaceChildren(...this.columns.map(({ key }) => h("th", { scope: "col", "aria-sort": key === this.by ? (this.down ? "descending" : "ascending") : "none" },
      h("button", { type: "button", t: `console.column.${key}`, on: { click: () => this.sort(key) } }))));
    this.body.replaceChildren(...[...rows].sort(order).map((row) => h("tr", null, this.columns.map(({ cell, value }, index) =>
      h(index ? "td" : "th", { scope: index ? null : "row" }, cell ? cell(row) : String(value(row)))))));
  }

  /** @param {string} key */
  sort(key) {
    this.down = this.by === key && !this.down;
    this.by = key;
    this.show(this.rows);
    /** @type {HTMLElement | null} */ (this.head.querySelector("[aria-sort]:not([aria-sort=none]) button"))?.focus();
  }
}

/** @param {string | number} a @param {string | number} b */
function compare(a, b) {
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), i18n.locale, { numeric: true });
}
