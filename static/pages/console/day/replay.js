// A day seen again: a slider through its hours, and the timeline as it was then. Nothing can be changed while one looks.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { failed, skeleton } from "parts/empty.js";
import { i18n, t } from "parts/words.js";
import { rows } from "pages/console/columns.js";
import { clockOf, name, title } from "pages/console/words.js";

/** @typedef {import("pages/console/timeline.js").Timeline} Timeline */

/** @typedef {{id: string, category: string, fault: string, address: string, zone: string | null, window_end: string}} Seen */
/** @typedef {{task: number, at: number, state: string, rep: string | null}} Step */
/** @typedef {{task: Seen, rep: string, state: string, from: number, until: number}} Bar milliseconds */

const STEP_MS = 60_000;
const PLAY_MS = 200; // a frame
const FRAMES_AN_HOUR = 12;
const HOUR_MS = 3_600_000;
const BUSY = ["travelling", "on_site"];
const WAITING = ["assigned", "accepted"];
const NOBODYS = ["unplaced", "declined", "escalated"];

export class Replay {
  /** @param {Timeline} timeline */
  constructor(timeline) {
    this.timeline = timeline;
    this.board = timeline.board;
    /** @type {Seen[]} */
    this.tasks = [];
    /** @type {Step[]} */
    this.steps = [];
    this.begins = this.ends = this.now = this.first = 0;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.playing = undefined;
    this.day = h("input", { class: "input", type: "date", label: "console.replay.day", value: timeline.day, max: timeline.day, on: { change: () => this.read() } });
    this.slider = h("input", { type: "range", label: "console.replay.time", class: "console-slider", step: String(STEP_MS), on: { input: () => this.seek(Number(this.slider.value)) } });
    this.clock = h("b", { class: "number" });
    this.play = button({ icon: "play", size: "icon", label: "console.replay.play", action: () => this.toggle() });
    this.told = h("p", { class: "console-replay-told small", role: "status" });
    this.bar = h("div", { class: "console-replay-bar" }, this.day, this.play, this.clock, this.slider, button({ t: "console.replay.end", icon: "close", action: () => timeline.endReplay() }), this.told);
    void this.read();
  }

  async read() {
    this.stop();
    this.told.replaceChildren(skeleton(1));
    try {
      const read = await this.board.page.api.get("/api/replay", { query: { day: this.day.value } });
      this.tasks = rows(read.tasks);
      this.steps = rows(read.steps);
      const at = this.steps.map((step) => step.at * 1000);
      [this.begins, this.ends] = [read.begins * 1000, read.ends * 1000];
      // The night before anything happened is passed over.
      const first = at.find((each) => each > this.begins);
      const shifts = [...this.board.reps.values()].map((rep) => this.moved(rep.shift_start));
      this.first = Math.max(this.begins, Math.floor(Math.min(first ?? Infinity, ...shifts) / HOUR_MS) * HOUR_MS);
      if (!Number.isFinite(this.first) || this.first > this.ends) this.first = this.begins;
      Object.assign(this.slider, { min: String(this.first), max: String(this.ends) });
      this.seek(this.ends);
    } catch (error) {
      this.told.replaceChildren(failed(error, () => this.read()));
    }
  }

  /** A moment of today at the same hour of the day that is shown. @param {string} at */
  moved(at) {
    const days = Math.round((Date.parse(this.timeline.day) - Date.parse(this.day.value)) / (24 * HOUR_MS));
    return Date.parse(at) - days * 24 * HOUR_MS;
  }

  /** @param {number} time */
  seek(time) {
    // The slider counts whole minutes; its end is the end.
    this.now = this.ends - time < STEP_MS ? this.ends : Math.max(time, this.begins);
    this.slider.value = String(this.now);
    this.slider.setAttribute("aria-valuetext", i18n.time(new Date(this.now)));
    this.clock.textContent = i18n.time(new Date(this.now));
    this.timeline.show();
    this.tell();
  }

  toggle() {
    if (this.playing !== undefined) return this.stop();
    if (this.now >= this.ends) this.now = this.first;
    this.playing = setInterval(() => {
      this.seek(this.now + HOUR_MS / FRAMES_AN_HOUR);
      if (this.now >= this.ends) this.stop();
    }, PLAY_MS);
    this.look();
  }

  stop() {
    clearInterval(this.playing);
    this.playing = undefined;
    this.look();
  }

  look() {
    const playing = this.playing !== undefined;
    this.play.querySelector("cs-icon")?.setAttribute("name", playing ? "pause" : "play");
    this.play.setAttribute("aria-pressed", String(playing));
  }

  /** How each task stood at the moment. @returns {Map<number, Step>} */
  get standing() {
    /** @type {Map<number, Step>} */
    const found = new Map();
    for (const step of this.steps) {
      if (step.at * 1000 > this.now) break;
      found.set(step.task, step);
    }
    return found;
  }

  /** What had been begun until then. @returns {Bar[]} */
  get bars() {
    /** @type {Map<number, Bar>} the one that goes on */
    const open = new Map();
    /** @type {Bar[]} */
    const bars = [];
    for (const { task, at, state, rep } of this.steps) {
      if (at * 1000 > this.now) break;
      const before = open.get(task);
      if (before) {
        before.until = at * 1000;
        // The visit is over: what was done at the door is shown as done.
        if (state === "done" && before.state === "on_site") before.state = "done";
        open.delete(task);
      }
      const seen = this.tasks[task];
      if (!BUSY.includes(state) || !rep || !seen) continue;
      const bar = { task: seen, rep, state, from: at * 1000, until: this.now };
      open.set(task, bar);
      bars.push(bar);
    }
    return bars;
  }

  tell() {
    const standing = [...this.standing];
    const count = (/** @type {string[]} */ states) => standing.filter(([, { state }]) => states.includes(state)).length;
    const late = standing.filter(([task, { state }]) => [...WAITING, ...NOBODYS, "travelling"].includes(state) && Date.parse(this.tasks[task]?.window_end ?? "") < this.now).length;
    this.told.textContent = t("console.replay.told", { time: i18n.time(new Date(this.now)), nobody: count(NOBODYS), waiting: count(WAITING), busy: count(BUSY), done: count(["done"]), late });
  }

  /** Draws the lanes as they were. @param {import("pages/console/types.js").Rep[]} reps */
  lanes(reps) {
    const bars = this.bars;
    const waiting = [...this.standing.values()].filter(({ state }) => WAITING.includes(state));
    return h("ol", null, reps.map((rep) => {
      const shift = h("i", { class: "shift", "aria-hidden": "true" });
      this.timeline.set(shift, this.moved(rep.shift_start), this.moved(rep.shift_end));
      const own = bars.filter((bar) => bar.rep === rep.id);
      const open = waiting.filter((step) => step.rep === rep.id).length;
      return h("li", { data: { row: rep.id } },
        h("div", { class: "rep" }, h("b", { text: name(rep) }), h("small", { text: t("console.replay.waiting", { count: open }) })),
        h("div", { class: "lane", data: { rep: rep.id } }, shift, h("ol", null, own.map((bar) => h("li", null, this.drawn(bar))))));
    }));
  }

  /** @param {Bar} bar */
  drawn({ task, state, from, until }) {
    const says = [`${i18n.time(new Date(from))} – ${i18n.time(new Date(until))}`, title(task), task.address, t(`common.task_state.${state}`)].filter(Boolean).join(" · ");
    const known = this.board.tasks.has(task.id);
    const block = h("button", { type: "button", class: "block past", data: { id: `${task.id} ${from}`, state }, ariaLabel: says, disabled: !known, on: { click: () => this.board.choose({ kind: "task", id: task.id }) } },
      h("span", { "aria-hidden": "true", text: title(task) }));
    block.title = `${says} · ${clockOf(task.window_end)}`;
    this.timeline.set(block, from, Math.max(until, from + STEP_MS));
    return block;
  }

  /** The hours that are shown. */
  get span() {
    const reps = [...this.board.reps.values()];
    const last = Math.max(this.ends, ...reps.map((rep) => this.moved(rep.shift_end)));
    return { first: this.first, last: Math.ceil(last / HOUR_MS) * HOUR_MS };
  }
}
