// The week that is looked at, as the server knows it.

import { i18n } from "parts/words.js";

/** @typedef {{start: string, end: string}} Span */
/** @typedef {"home" | "station" | "anywhere" | {lon: number, lat: number}} Place */
/** @typedef {{spans: Span[], rest: {earliest: string, latest: string, minutes: number} | null, on_call: Span | null, begins: Place, ends: Place}} Duty */
/** @typedef {{day: string, source: string, starts_at: string, ends_at: string, worked_min: number, rest: {earliest: string, latest: string, minutes: number} | null,
 *   on_call_from: string | null, on_call_until: string | null, overtime_until: string | null, duty: Duty, exception_id: string | null, version: number | null}} Day */
/** @typedef {{rep_id: string, code: string, name: string, name_en: string, station: string, days: Day[], stops: number[]}} RepWeek */
/** @typedef {{id: string, rep_id: string, rep_name: string, day: string, until_at: string, state: string, version: number}} Wish */
/** @typedef {{today: string, first: string, last: string, timezone: string, stations: string[], holidays: {day: string, name: string}[],
 *   depots: {station: string}[], reps: RepWeek[], overtime: Wish[], truncated: boolean}} Week */

/** A day later, or earlier. @param {string} day @param {number} by */
export function dayAfter(day, by) {
  const at = new Date(`${day}T12:00:00Z`);
  at.setUTCDate(at.getUTCDate() + by);
  return at.toISOString().slice(0, 10);
}

/** A date in the reader's words, whatever the device's own zone. @param {string} day @param {Intl.DateTimeFormatOptions} [how] */
export function dayWords(day, how = { weekday: "short", day: "numeric", month: "numeric" }) {
  const parts = new Intl.DateTimeFormat(i18n.locale, { ...how, timeZone: "UTC" }).formatToParts(new Date(`${day}T12:00:00Z`));
  // Chinese puts the weekday right behind the number: 11/30周一 is hard to take apart.
  return parts.map(({ type, value }, at) => (type === "weekday" && parts[at - 1]?.type === "day" ? ` ${value}` : value)).join("");
}

/** Hours of a duty, as the clock on the wall shows them. @param {Duty} duty */
export function spanWords(duty) {
  return duty.spans.map(({ start, end }) => `${start}–${end}`).join(" ");
}

export class Model extends EventTarget {
  /** @param {import("parts/page.js").Page} page */
  constructor(page) {
    super();
    this.page = page;
    this.first = "";
    this.station = "";
    /** @type {Week | null} */
    this.data = null;
    /** @type {unknown} */
    this.trouble = null;
    this.cell = "0:0"; // row and column with the focus, in the grid
    this.held = false;
    this.asked = 0;
  }

  /** Look at another week or station. @param {{first?: string, station?: string}} wish */
  go(wish) {
    Object.assign(this, wish);
    return this.load();
  }

  /** @param {number} days */
  step(days) {
    return this.data ? this.go({ first: dayAfter(this.data.first, days) }) : this.load();
  }

  async load() {
    const turn = ++this.asked;
    try {
      const first = this.first || monday(this.data?.today);
      const query = { days: 7, ...(first && { first }), ...(this.station && { station: this.station }) };
      let data = /** @type {Week} */ (await this.page.api.get("/api/shifts", { query }));
      if (!first && monday(data.today) !== data.first) data = await this.page.api.get("/api/shifts", { query: { ...query, first: monday(data.today) } });
      if (turn === this.asked) [this.data, this.trouble] = [data, null];
    } catch (error) {
      if (turn !== this.asked) return;
      this.trouble = error;
      if (this.data) this.page.toast.fault(error);
    }
    this.dispatchEvent(new Event("change"));
  }

  weekWords() {
    if (!this.data) return "";
    const how = /** @type {const} */ ({ day: "numeric", month: "long", year: "numeric" });
    return new Intl.DateTimeFormat(i18n.locale, { ...how, timeZone: "UTC" }).formatRange(new Date(`${this.data.first}T12:00:00Z`), new Date(`${this.data.last}T12:00:00Z`));
  }

  /** The cell that had the focus has it again after drawing. @param {HTMLElement} place */
  focus(place) {
    const again = place.querySelector(`[data-cell="${this.cell}"]`) ?? place.querySelector("[data-cell]");
    if (!(again instanceof HTMLElement)) return;
    again.tabIndex = 0;
    if (this.held && !document.querySelector("dialog[open]")) again.focus();
  }
}

/** The Monday of a day's week. @param {string | undefined} day */
function monday(day) {
  if (!day) return "";
  return dayAfter(day, -((new Date(`${day}T12:00:00Z`).getUTCDay() + 6) % 7));
}
