// Minutes free and asked for three weeks, a table: a row for each station or zone, a column for each day. Colour only
// repeats what the figures say. The same as a file for a spreadsheet.

import { h } from "parts/dom.js";
import { failed, nothing, skeleton } from "parts/empty.js";
import { segmented } from "parts/field.js";
import { icon } from "parts/icon.js";
import { redraw } from "parts/redraw.js";
import { i18n, t } from "parts/words.js";

/** @typedef {{shift_min: number, planned_min: number, free_min: number, asked_min: number, short: boolean}} Cell */
/** @typedef {{by: string, days: string[], rows: {code: string, cells: Cell[]}[]}} Read */

const CALM_MS = 15_000; // between two readings that nobody asked for
const THIN = 0.15; // of the shift: less is soon full

export class Capacity {
  /** @param {import("parts/page.js").Page} page */
  constructor(page) {
    this.page = page;
    this.by = "station";
    /** @type {Read | null} */
    this.told = null;
    this.last = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.file = h("a", { class: "button", download: "" }, icon("download"), h("span", { t: "ahead.file" }));
    this.body = h("div", { class: "ahead-table", tabindex: 0, role: "region", label: "ahead.capacity" }, skeleton(5));
    this.element = h("section", { class: "stack" },
      h("div", { class: "split ahead-title" },
        h("h2", { t: "ahead.capacity" }),
        h("div", { class: "cluster" },
          segmented({ name: "by", label: "ahead.by", value: this.by, options: [{ value: "station", t: "ahead.by.station" }, { value: "zone", t: "ahead.by.zone" }],
            change: (value) => {
              this.by = value;
              void this.read();
            } }),
          this.file)),
      h("p", { class: "muted", t: "ahead.capacity.lead" }),
      this.body);
  }

  soon() {
    this.timer ??= setTimeout(() => void this.read(), Math.max(0, this.last + CALM_MS - performance.now()));
  }

  async read() {
    const { by } = this;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.file.href = this.page.api.url("/api/capacity/file", { by, surface: this.page.api.surface });
    try {
      const told = await this.page.api.get("/api/capacity", { query: { by } });
      if (by !== this.by) return;
      this.told = told;
      this.draw();
    } catch (error) {
      if (!this.told) this.body.replaceChildren(failed(error, () => this.read()));
    }
    this.last = performance.now();
  }

  draw() {
    if (!this.told) return;
    const { days, rows, by } = this.told;
    const table = rows.length
      ? h("table", null,
          h("caption", { class: "visually-hidden", t: "ahead.capacity" }),
          h("thead", null, h("tr", null, h("th", { scope: "col", t: `ahead.by.${by}` }), days.map((day) => h("th", { scope: "col", data: { rest: [0, 6].includes(new Date(`${day}T12:00Z`).getUTCDay()) } }, dayName(day))))),
          h("tbody", null, rows.map(({ code, cells }) => h("tr", null, h("th", { scope: "row", text: code }), cells.map((each) => cell(each))))))
      : nothing({ t: "ahead.capacity.empty", icon: "calendar" });
    redraw(this.body, () => this.body.replaceChildren(table));
  }
}

/** @param {string} day a date, told as it is wherever the reader sits */
function dayName(day) {
  const at = new Date(`${day}T12:00Z`);
  const say = (/** @type {Intl.DateTimeFormatOptions} */ options) => new Intl.DateTimeFormat(i18n.locale, { timeZone: "UTC", ...options }).format(at);
  return [h("span", { text: say({ weekday: "short" }) }), h("b", { class: "number", text: say({ month: "numeric", day: "numeric" }) })];
}

/** @param {Cell} told */
function cell({ shift_min, free_min, asked_min, short }) {
  const tone = short || free_min < 0 ? "bad" : !shift_min ? null : free_min < shift_min * THIN ? "warn" : "ok";
  const hours = (/** @type {number} */ minutes) => i18n.number(minutes / 60, { maximumFractionDigits: 1 });
  if (!shift_min && !asked_min && free_min === 0) return h("td", { class: "muted", text: "–" });
  return h("td", { data: { tone } },
    h("b", { class: "number", text: t("ahead.hours", { hours: hours(free_min) }) }),
    asked_min > 0 && h("small", { text: t("ahead.asked", { hours: hours(asked_min) }) }));
}
