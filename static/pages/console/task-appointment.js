// When the customer of a task expects somebody: what was promised, and the windows that are free, to read out on the
// telephone. A window that is chosen is kept for ten minutes, and promised with the second press.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { chip } from "parts/chip.js";
import { failed, skeleton } from "parts/empty.js";
import { redraw } from "parts/redraw.js";
import { i18n, t } from "parts/words.js";
import { moving } from "pages/console/moving.js";

/** @typedef {{start: string, end: string, day: string, cheapest: boolean}} Window */
/** @typedef {{state: string, window_start: string | null, window_end: string | null, held: {start: string, end: string, expires_at: string} | null, may: string[]}} Appointment */

const OVER = ["done", "cancelled"];

/** @param {string} at */
export const dayOf = (at) => i18n.time(at, { weekday: "short", month: "short", day: "numeric" });
/** @param {string} start @param {string} end */
export const clocks = (start, end) => `${i18n.time(start)}–${i18n.time(end)}`;
/** Whole hours in short, as one reads them out. @param {string} start @param {string} end */
const short = (start, end) => clocks(start, end).replaceAll(":00", "");

export class TaskAppointment {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    this.id = this.shown = "";
    /** @type {Window[] | null} */
    this.windows = null;
    this.body = h("div", { class: "stack", "aria-live": "polite" });
    this.element = h("section", { class: "stack console-appointment" }, h("h3", { t: "console.appointment" }), this.body);
    addEventListener("language", () => this.element.isConnected && void this.read());
  }

  /** @param {{id: string, version: number, state: string, lat: number | null}} task @returns {HTMLElement | null} */
  show({ id, version, state, lat }) {
    if (id !== this.id) [this.windows, this.shown] = [null, ""];
    this.id = id;
    if (lat === null || OVER.includes(state)) return null;
    if (this.shown !== `${id} ${version}`) void this.read();
    this.shown = `${id} ${version}`;
    return this.element;
  }

  get path() {
    return `/api/tasks/${this.id}`;
  }

  async read() {
    const { id } = this;
    if (!this.body.firstChild) this.body.replaceChildren(skeleton(1));
    try {
      const told = await this.board.page.api.get(`${this.path}/appointment`);
      if (id === this.id) this.draw(told);
    } catch (error) {
      if (id === this.id) this.body.replaceChildren(failed(error, () => this.read()));
    }
  }

  /** @param {Appointment} told */
  draw(told) {
    const { window_start, window_end, held, may } = told;
    const parts = [
      window_start && window_end
        ? h("p", { class: "cluster" }, h("b", { text: `${dayOf(window_start)} · ${clocks(window_start, window_end)}` }), chip({ t: "console.appointment.promised", icon: "check", tone: "ok" }))
        : h("p", { class: "muted", t: "console.appointment.none" }),
      held && h("div", { class: "stack" },
        h("p", { text: t("console.appointment.held", { day: dayOf(held.start), window: clocks(held.start, held.end), time: i18n.time(held.expires_at) }) }),
        h("div", { class: "cluster" },
          button({ t: "console.appointment.promise", icon: "check", kind: "primary", action: () => this.promise(held) }),
          button({ t: "console.appointment.free", kind: "quiet", action: () => this.free() }))),
      may.includes("choose") && !this.windows && button({ t: window_start ? "console.appointment.change" : "console.appointment.offer", icon: "calendar", action: () => this.offer() }),
      this.windows && this.list(this.windows, held),
    ];
    redraw(this.body, () => this.body.replaceChildren(.../** @type {Node[]} */ (parts.filter(Boolean))));
  }

  /** @param {Window[]} windows @param {Appointment["held"]} held */
  list(windows, held) {
    if (!windows.length) return h("p", { class: "note", data: { tone: "warn" }, t: "console.appointment.full" });
    const days = [...new Set(windows.map(({ day }) => day))];
    return h("div", { class: "stack" }, h("p", { class: "small muted", t: "console.appointment.marked" }), h("dl", { class: "console-windows" }, days.map((day) => {
      const own = windows.filter((window) => window.day === day);
      return [h("dt", { text: dayOf(own[0]?.start ?? day) }), h("dd", null, own.map((window) => button({
        text: short(window.start, window.end), "data-best": window.cheapest || null, pressed: held?.start === window.start, "data-id": window.start,
        title: window.cheapest ? "console.appointment.cheapest" : undefined, ariaLabel: `${dayOf(window.start)}, ${clocks(window.start, window.end)}`,
        action: () => this.hold(window),
      })))];
    })));
  }

  async offer() {
    const { windows } = await this.board.page.api.get(`${this.path}/windows`);
    this.windows = windows;
    await this.read();
  }

  /** @param {Window} window */
  async hold({ start, end }) {
    await this.choosing(() => this.board.page.api.put(`${this.path}/window-hold`, { start, end }));
  }

  /** @param {{start: string, end: string}} held */
  async promise({ start, end }) {
    await moving(this.board, this.id, async () => {
      if (await this.choosing(() => this.board.page.api.put(`${this.path}/appointment`, { start, end }))) {
        this.windows = null;
        this.board.page.toast.show({ t: "console.appointment.done" });
        await this.read();
      }
    });
  }

  async free() {
    await this.board.page.api.delete(`${this.path}/window-hold`);
    await this.offer();
  }

  /** Somebody may be quicker: then what is free now stands there at once. @param {() => Promise<Appointment>} change */
  async choosing(change) {
    try {
      this.draw(await change());
      return true;
    } catch (error) {
      const code = /** @type {{code?: string}} */ (error).code ?? "";
      if (code !== "window_taken" && code !== "window_not_offered") throw error;
      this.board.page.toast.fault(error);
      await this.offer();
      return false;
    }
  }
}
