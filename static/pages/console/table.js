// A table that sorts by any column and shows long lists in pages.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { i18n } from "parts/words.js";
import { redraw } from "parts/redraw.js";

/** @typedef {{key: string, value: (row: any) => string | number, cell?: (row: any) => Node | string, kind?: string}} Column `kind`: a class */

const STEP = 200;

export class Table {
  /** @param {string} caption @param {Column[]} columns @param {string} by */
  constructor(caption, columns, by) {
    this.columns = columns;
    this.by = by;
    this.down = false;
    this.most = STEP;
    /** @type {any[]} */
    this.rows = [];
    this.head = h("tr");
    this.body = h("tbody");
    this.more = button({ t: "console.table.more", icon: "down", action: () => {
      this.most += STEP;
      this.show(this.rows);
    } });
    this.element = h("div", { class: "console-table", tabindex: "0", role: "region", label: caption },
      h("table", null, h("caption", { t: caption }), h("thead", null, this.head), this.body), this.more);
  }

  /** @param {any[]} rows */
  show(rows) {
    this.rows = rows;
    const column = this.columns.find(({ key }) => key === this.by);
    const order = (/** @type {any} */ a, /** @type {any} */ b) => compare(column?.value(a) ?? "", column?.value(b) ?? "") * (this.down ? -1 : 1);
    redraw(this.element, () => {
      this.head.replaceChildren(...this.columns.map(({ key }) => h("th", { scope: "col", "aria-sort": key === this.by ? (this.down ? "descending" : "ascending") : "none" },
        h("button", { type: "button", t: `console.column.${key}`, data: { id: `by ${key}` }, on: { click: () => this.sort(key) } }))));
      this.body.replaceChildren(...[...rows].sort(order).slice(0, this.most).map((row) => h("tr", null, this.columns.map(({ cell, value, kind }, index) =>
        h(index ? "td" : "th", { scope: index ? null : "row", class: kind ?? "" }, cell ? cell(row) : String(value(row)))))));
    });
    this.more.hidden = rows.length <= this.most;
  }

  /** @param {string} key */
  sort(key) {
    this.down = this.by === key && !this.down;
    this.by = key;
    this.show(this.rows);
  }
}

/** @param {string | number} a @param {string | number} b */
function compare(a, b) {
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), i18n.locale, { numeric: true });
}
