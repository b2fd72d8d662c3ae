// People who work alone and did not say that they are well: above everything else, with a sound that comes back, until
// somebody looks after them.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { chip } from "parts/chip.js";
import { icon } from "parts/icon.js";
import { lasting } from "parts/lasting.js";
import { drawnFrom } from "parts/redraw.js";
import { chime } from "parts/sound.js";
import { i18n } from "parts/words.js";
import { spaced } from "lib/phone.js";
import { name } from "pages/console/words.js";

/**
 * @typedef {{id: string, version: number, state: string, rep: {id: string, code: string, name: string, name_en: string, phone: string},
 *   task: {id: string, address: string, lon: number | null, lat: number | null},
 *   place: {lon: number, lat: number, accuracy_m: number | null, at: string, age_s: number} | null,
 *   said_at: string, ends_at: string, answered_by: string | null, steps: {kind: string, at: string, happened_at: string}[]}} LoneAlert
 */

const AGAIN_MS = 15_000;
const NOTES = [880, 660, 880, 660];

export class LoneAlerts {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    /** @type {LoneAlert[]} */
    this.listed = [];
    this.body = h("div", { class: "console-alerts-list" });
    this.element = h("section", { class: "console-alerts console-lone", label: "console.lone", hidden: true }, this.body);
    this.draw = drawnFrom(this.body);
    this.reading = false;
    this.again = false;
    board.page.live.subscribe("inbox", (hint) => {
      if (!hint || hint.resource === "safety") void this.read();
    });
    addEventListener("language", () => this.show());
    setInterval(() => this.sound(), AGAIN_MS);
  }

  /** One reading at a time; what came meanwhile is read after it. */
  async read() {
    this.again = true;
    if (this.reading) return;
    this.reading = true;
    while (this.again) {
      this.again = false;
      try {
        const before = new Set(this.listed.map(({ id }) => id));
        this.listed = await this.board.page.api.get("/api/safety/alerts");
        this.show();
        if (this.listed.some(({ id }) => !before.has(id))) this.sound();
      } catch {
        // The list of tasks says that the server is away; what stands here is kept.
      }
    }
    this.reading = false;
  }

  sound() {
    if (this.listed.some(({ answered_by }) => !answered_by)) void chime(NOTES, { loud: 0.3 });
  }

  show() {
    this.element.hidden = !this.listed.length;
    this.draw([i18n.language, this.listed.map(({ place, ...rest }) => [rest, place?.at])], () => this.listed.map((alert) => this.card(alert)));
  }

  /** @param {LoneAlert} alert */
  card(alert) {
    const { rep, task, place, answered_by } = alert;
    const open = !answered_by;
    return h("article", { class: "note console-lone-alert", role: open ? "alert" : null, data: { tone: open ? "bad" : "warn", state: alert.state } },
      icon("alert"),
      h("div", { class: "stack grow" },
        h("h2", { t: "console.lone.title", params: { name: name(rep), time: i18n.time(alert.ends_at) } }),
        h("p", { class: "cluster" },
          alert.state === "supervisor" && chip({ t: "console.lone.supervisor", icon: "up", tone: "bad" }),
          answered_by && chip({ t: "console.lone.answered", params: { name: answered_by }, icon: "person", tone: "warn" }),
          h("span", { t: "console.lone.said", params: { time: i18n.time(alert.said_at) } })),
        h("p", { t: "console.lone.task", params: { address: task.address || "—" } }),
        place
          ? h("p", null, h("span", { t: "console.lone.place" }), " ", lasting(place.at), " · ", h("span", { class: "number", text: `${place.lat.toFixed(5)}, ${place.lon.toFixed(5)}` }),
            place.accuracy_m !== null && h("span", { class: "number", text: ` ±${Math.round(place.accuracy_m)} m` }))
          : h("p", { t: "console.lone.no_place" }),
        h("div", { class: "cluster" },
          open
            ? button({ t: "console.lone.answer", icon: "hand", kind: "primary", data: { id: `lone-${alert.id}` }, action: () => this.move(alert, "answer") })
            : button({ t: "console.lone.close", icon: "check", kind: "primary", data: { id: `lone-${alert.id}` }, action: () => this.move(alert, "closing") }),
          rep.phone && h("a", { class: "button", href: `tel:${rep.phone}` }, icon("phone"), h("span", { class: "number nowrap", text: spaced(rep.phone) })),
          button({ t: "console.lone.show_rep", icon: "pin", action: () => this.board.choose({ kind: "rep", id: rep.id }) }),
          button({ t: "console.lone.show_task", icon: "list", action: () => this.board.choose({ kind: "task", id: task.id }) }))));
  }

  /** @param {LoneAlert} alert @param {"answer" | "closing"} what */
  async move({ id, version }, what) {
    try {
      await this.board.page.api.post(`/api/safety/alerts/${id}/${what}`, { version });
    } finally {
      void this.read(); // also where somebody was quicker
    }
  }
}
