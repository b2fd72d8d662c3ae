// Above the timeline: whose day, how near, what is picked and what can be done with it; while something is carried,
// the keys of that as buttons, for thumbs.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { redraw } from "parts/redraw.js";
import { i18n, t } from "parts/words.js";

/** @typedef {import("pages/console/timeline.js").Timeline} Timeline */

export class Toolbar {
  /** @param {Timeline} timeline */
  constructor(timeline) {
    this.timeline = timeline;
    this.board = timeline.board;
    this.station = h("select", { class: "input", label: "console.day.station", on: { change: () => timeline.narrow(this.station.value) } });
    this.picked = h("div", { class: "cluster" });
    this.undo = button({ icon: "undo", size: "icon", kind: "quiet", label: "common.undo", title: "console.undo.key", action: () => this.board.moves.undo() });
    this.usual = h("div", { class: "cluster" }, this.station,
      button({ icon: "minus", size: "icon", kind: "quiet", label: "console.zoom.out", "aria-keyshortcuts": "-", action: () => timeline.zoom(-1) }),
      button({ icon: "plus", size: "icon", kind: "quiet", label: "console.zoom.in", "aria-keyshortcuts": "+", action: () => timeline.zoom(1) }),
      button({ icon: "clock", size: "icon", kind: "quiet", label: "console.zoom.now", action: () => timeline.toNow() }), this.undo,
      button({ icon: "play", size: "icon", kind: "quiet", label: "console.replay", title: "console.replay", action: () => timeline.replay() }), this.picked);
    this.element = h("div", { class: "console-day-bar", role: "toolbar", label: "console.day.tools" }, this.usual);
    this.board.selection.addEventListener("change", () => this.draw());
    this.board.addEventListener("moves", () => this.draw());
    addEventListener("language", () => {
      this.stations = "";
      this.draw();
    });
    this.stations = "";
    this.draw();
  }

  draw() {
    this.undo.setAttribute("aria-disabled", String(!this.board.moves.canUndo));
    const stations = [...new Set([...this.board.reps.values()].map((rep) => rep.station))].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    if (this.stations !== stations.join() + i18n.language) {
      this.stations = stations.join() + i18n.language;
      this.station.replaceChildren(h("option", { value: "", t: "console.day.everybody" }), ...stations.map((station) => h("option", { value: station, text: station })));
      this.station.value = this.timeline.station;
      this.station.hidden = stations.length < 2;
    }
    const { selection, moves } = this.board;
    const { tasks } = selection;
    const [first] = tasks;
    redraw(this.picked, () => this.picked.replaceChildren(...(first ? [
      h("b", { text: t("console.picked", { count: tasks.length }) }),
      button({ t: "console.move", icon: "hand", key: "M", data: { id: "move" }, action: () => void this.timeline.carry(tasks, first) }),
      ...(tasks.every((task) => task.rep) ? [button({ t: tasks.every((task) => task.lock) ? "console.unlock" : "console.lock", icon: "shield", key: "L", data: { id: "lock" }, action: () => moves.lock(tasks, tasks.every((task) => task.lock) ? null : "place") })] : []),
      button({ icon: "close", size: "icon", kind: "quiet", label: "console.picked.clear", data: { id: "clear" }, action: () => selection.clear() }),
    ] : [])));
  }

  /** @param {{step: (by: number) => void, turn: (by: number) => void, best: () => void, drop: () => void, cancel: () => void}} does */
  carrying({ step, turn, best, drop, cancel }) {
    const arrow = (/** @type {string} */ name, /** @type {string} */ label, /** @type {() => void} */ action, /** @type {string} */ way) => button({ icon: name, size: "icon", label, class: "button console-arrow", "data-way": way, action });
    const bar = h("div", { class: "cluster" },
      arrow("down", "console.carry.up", () => step(-1), "up"), arrow("down", "console.carry.down", () => step(1), "down"),
      arrow("down", "console.carry.earlier", () => turn(-1), "left"), arrow("down", "console.carry.later", () => turn(1), "right"),
      button({ t: "console.carry.best", key: "B", action: best }),
      button({ t: "console.carry.drop", icon: "check", kind: "primary", action: drop }),
      button({ t: "common.cancel", action: cancel }));
    this.element.replaceChildren(bar);
    return { done: () => this.element.replaceChildren(this.usual) };
  }
}
