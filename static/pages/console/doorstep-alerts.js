// What doors have to tell the console: a code that was wrong at one, and notes of places that somebody disputes.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { chip } from "parts/chip.js";
import { icon } from "parts/icon.js";
import { drawnFrom } from "parts/redraw.js";
import { chime } from "parts/sound.js";
import { i18n } from "parts/words.js";
import { name } from "pages/console/words.js";

/** @typedef {{task_id: string, address: string, rep_code: string, rep_name: string, rep_name_en: string, told_at: string, state: string}} DoorAlert */
/** @typedef {{note: import("lib/site-notes.js").SiteNote & {version: number}, task_id: string, address: string, doubted_at: string}} Disputed */

const NOTES = [660, 880];
const SHOWN = 3; // of disputed notes at once: they can wait

export class DoorstepAlerts {
  /** @param {import("pages/console/board.js").Board} board @param {boolean} decides whether this person may decide of notes */
  constructor(board, decides) {
    this.board = board;
    this.decides = decides;
    /** @type {DoorAlert[]} */
    this.doors = [];
    /** @type {Disputed[]} */
    this.disputed = [];
    this.body = h("div", { class: "console-alerts-list" });
    this.element = h("section", { class: "console-alerts console-doorstep", label: "console.doorstep", hidden: true }, this.body);
    this.draw = drawnFrom(this.body);
    this.reading = false;
    this.again = false;
    board.page.live.subscribe("inbox", (hint) => {
      if (!hint || hint.resource === "door" || hint.resource === "site") void this.read();
    });
    addEventListener("language", () => this.show());
  }

  /** One reading at a time; what came meanwhile is read after it. */
  async read() {
    this.again = true;
    if (this.reading) return;
    this.reading = true;
    while (this.again) {
      this.again = false;
      try {
        const before = new Set(this.doors.map(({ task_id, told_at }) => task_id + told_at));
        const { api } = this.board.page;
        [this.doors, this.disputed] = await Promise.all([api.get("/api/door-alerts"), api.get("/api/site-notes/disputed")]);
        this.show();
        if (this.doors.some(({ task_id, told_at }) => !before.has(task_id + told_at))) void chime(NOTES, { loud: 0.3 });
      } catch {
        // The list of tasks says that the server is away; what stands here is kept.
      }
    }
    this.reading = false;
  }

  show() {
    const waiting = this.decides ? this.disputed : [];
    this.element.hidden = !this.doors.length && !waiting.length;
    this.draw([i18n.language, this.doors, waiting], () => [
      ...this.doors.map((alert) => this.door(alert)),
      ...waiting.slice(0, SHOWN).map((each) => this.note(each)),
      ...(waiting.length > SHOWN ? [h("p", { class: "muted", t: "console.doorstep.more", params: { count: waiting.length - SHOWN } })] : []),
    ]);
  }

  /** @param {DoorAlert} alert */
  door(alert) {
    const who = name({ name: alert.rep_name, name_en: alert.rep_name_en });
    return h("article", { class: "note console-door-alert", role: "alert", data: { tone: "bad" } }, icon("shield"),
      h("div", { class: "stack grow" },
        h("h2", { t: "console.door.title", params: { address: alert.address || "—", time: i18n.time(alert.told_at) } }),
        h("p", { t: "console.door.more", params: { name: who, code: alert.rep_code } }),
        h("div", { class: "cluster" },
          button({ t: "console.door.close", icon: "check", kind: "primary", data: { id: `door-${alert.task_id}` }, action: () => this.move(`/api/door-alerts/${alert.task_id}/closing`) }),
          button({ t: "console.lone.show_task", icon: "list", action: () => this.board.choose({ kind: "task", id: alert.task_id }) }))));
  }

  /** @param {Disputed} disputed */
  note({ note, task_id, address, doubted_at }) {
    const decide = (/** @type {boolean} */ keep) => this.move(`/api/site-notes/${note.id}/decision`, { keep, version: note.version });
    return h("article", { class: "note console-site-note", data: { tone: "warn" } }, icon("info"),
      h("div", { class: "stack grow" },
        h("h2", { t: "console.site.title", params: { kind: i18n.t(`console.site.kind.${note.kind}`), address: address || "—" } }),
        h("p", { class: "cluster" }, chip({ t: `console.site.doubt.${note.doubt}`, icon: "info", tone: "warn" }),
          h("span", { t: `console.site.by.${note.doubted_by}`, params: { time: `${i18n.date(doubted_at)} ${i18n.time(doubted_at)}` } })),
        note.text && h("blockquote", { text: note.text }),
        h("p", { class: "small muted", text: `${name({ name: note.author, name_en: note.author_en })} · ${i18n.date(note.written_at)}` }),
        h("div", { class: "cluster" },
          button({ t: "console.site.keep", icon: "check", data: { id: `keep-${note.id}` }, action: () => decide(true) }),
          button({ t: "console.site.end", icon: "trash", kind: "danger", data: { id: `end-${note.id}` }, action: () => decide(false) }),
          button({ t: "console.lone.show_task", icon: "list", kind: "quiet", action: () => this.board.choose({ kind: "task", id: task_id }) }))));
  }

  /** @param {string} path @param {object} [body] */
  async move(path, body) {
    try {
      await this.board.page.api.post(path, body);
    } finally {
      void this.read(); // also where somebody was quicker
    }
  }
}
