// What is announced where the representative's tasks are, kept on this phone like the route itself: it is there without
// a network too. Dispatches `change`.

import { ApiError } from "lib/api.js";
import { h } from "parts/dom.js";
import { ANNOUNCED, announcedNote } from "parts/announced.js";
import { chip } from "parts/chip.js";

/** @typedef {import("parts/announced.js").Told} Told */
/** @typedef {{announcement: Told, task_ids: string[]}} AtStops */

const KEPT = "announcements";

export class Announced extends EventTarget {
  /** @param {import("pages/rep/work.js").Work} work @param {import("parts/page.js").Page} page */
  constructor(work, page) {
    super();
    this.work = work;
    this.page = page;
    /** @type {AtStops[]} */
    this.told = [];
    this.tasks = "";
    work.announced = this;
    work.addEventListener("change", () => void this.follow());
  }

  async start() {
    this.told = (await this.work.store.get("facts", KEPT)) ?? [];
    this.page.live.subscribe(ANNOUNCED, () => void this.ask());
    this.tell();
    await this.follow();
  }

  /** Other tasks lie elsewhere. */
  async follow() {
    const tasks = (this.work.heard?.stops ?? []).map(({ task }) => task.id).sort().join();
    if (!this.work.fresh || tasks === this.tasks) return;
    this.tasks = tasks;
    await this.ask();
  }

  async ask() {
    try {
      /** @type {AtStops[]} */
      const read = await this.page.api.get("/api/rep/announcements");
      if (this.work.over) return;
      this.told = read;
      await this.work.store.put("facts", read, KEPT).catch(() => {}); // without room: there until the page is closed
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.tasks = ""; // asked again with the next news
    }
    this.tell();
  }

  /** @param {string} task @returns {Told[]} */
  at(task) {
    return this.told.filter(({ task_ids }) => task_ids.includes(task)).map(({ announcement }) => announcement);
  }

  /** @param {string} task @returns {HTMLElement | null} */
  card(task) {
    const found = this.at(task);
    return found.length ? h("section", { class: "stack rep-announced", label: "common.announced.here" }, found.map((each) => announcedNote(each))) : null;
  }

  tell() {
    this.dispatchEvent(new Event("change"));
  }
}

/** On a stop's row. @param {Announced | null} announced @param {string} task */
export function announcedChip(announced, task) {
  return announced?.at(task).length ? chip({ t: "announcements.at_stop", icon: "drop", tone: "warn" }) : null;
}
