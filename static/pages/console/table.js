// A table that sorts by any column and shows long lists in pages.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { ask } from "parts/dialog.js";
import { i18n } from "parts/words.js";
import { redraw } from "parts/redraw.js";
import { keep, kept } from "pages/console/address.js";

/** @typedef {{key: string, value: (row: any) => string | number, cell?: (row: any) => Node | string, kind?: string}} Column `kind`: a class */

const STEP = 200;

export class Table {
  /** @param {string} caption @param {Column[]} columns @param {string} by @param {{address?: string, usual?: string[]}} [choice] `address`: under which the address of the page says sorting and columns; `usual`: the columns until somebody chooses others */
  constructor(caption, columns, by, { address = "", usual = [] } = {}) {
    this.every = columns;
    this.address = address;
    this.usual = usual;
    const sorted = address ? kept(`${address}-by`) : "";
    this.by = columns.some(({ key }) => key === sorted.replace("-", "")) ? sorted.replace("-", "") : by;
    this.down = sorted.startsWith("-");
    const chosen = (address && (kept(address) || localStorage.getItem(`console-${address}`)))?.split(".") ?? usual;
    /** @type {Column[]} */
    this.columns = [];
    this.take(chosen);
    this.most = STEP;
    /** @type {any[]} */
    this.rows = [];
    this.head = h("tr");
    this.body = h("tbody");
    this.more = button({ t: "console.table.more", icon: "down", action: () => {
      this.most += STEP;
      this.show(this.rows);
    } });
    const choose = usual.length ? button({ t: "console.columns", icon: "filter", kind: "quiet", class: "button console-columns", action: () => this.choose() }) : null;
    this.element = h("div", { class: "console-table", tabindex: "0", role: "region", label: caption },
      choose, h("table", null, h("caption", { t: caption }), h("thead", null, this.head), this.body), this.more);
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
    if (this.address) keep({ [`${this.address}-by`]: `${this.down ? "-" : ""}${key}` });
    this.show(this.rows);
  }

  /** These columns, in the order in which all stand; the first is always there. @param {string[]} keys */
  take(keys) {
    const known = this.every.filter(({ key }, index) => !index || keys.includes(key));
    this.columns = this.usual.length && known.length > 1 ? known : this.usual.length ? this.every.filter(({ key }, index) => !index || this.usual.includes(key)) : this.every;
  }

  /** Which columns a person wants; kept for them, and in the address. */
  async choose() {
    const ticks = this.every.slice(1).map(({ key }) => {
      const input = h("input", { type: "checkbox", value: key, checked: this.columns.some((column) => column.key === key) });
      return { input, label: h("label", null, input, h("span", { t: `console.column.${key}` })) };
    });
    const answer = await ask({ t: "console.columns.choose", body: [h("div", { class: "stack console-ticks" }, ticks.map(({ label }) => label))],
      actions: [{ value: "usual", t: "console.columns.usual" }, { value: "ok", t: "common.save", kind: "primary" }] });
    if (!answer) return;
    const keys = answer === "ok" ? ticks.filter(({ input }) => input.checked).map(({ input }) => input.value) : this.usual;
    this.take(keys);
    const usual = this.usual.join(".") === keys.join(".");
    if (usual) localStorage.removeItem(`console-${this.address}`);
    else localStorage.setItem(`console-${this.address}`, keys.join("."));
    keep({ [this.address]: usual ? "" : keys.join(".") });
    this.show(this.rows);
  }
}

/** @param {string | number} a @param {string | number} b */
function compare(a, b) {
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), i18n.locale, { numeric: true });
}
