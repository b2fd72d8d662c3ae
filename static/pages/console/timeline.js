// Representatives by hours: each task a block where it stands in the day, the present hour a line.

import { h } from "parts/dom.js";
import { i18n } from "parts/words.js";
import { name, title } from "pages/console/words.js";

const HOUR_MS = 3_600_000;

export class Timeline {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    this.element = h("div", { class: "console-timeline", tabindex: "0", role: "region", label: "console.view.timeline" });
    board.addEventListener("change", () => this.element.isConnected && this.show());
    board.addEventListener("select", () => this.element.isConnected && this.show());
  }

  show() {
    const reps = [...this.board.reps.values()].sort((a, b) => a.code.localeCompare(b.code));
    if (!reps.length) return;
    const first = Math.floor(Math.min(...reps.map((rep) => Date.parse(rep.shift_start))) / HOUR_MS) * HOUR_MS;
    const last = Math.ceil(Math.max(...reps.map((rep) => Date.parse(rep.shift_end))) / HOUR_MS) * HOUR_MS;
    const hours = Array.from({ length: Math.min(24, (last - first) / HOUR_MS) }, (_, index) => new Date(first + index * HOUR_MS));
    const at = (/** @type {number} */ time) => `${(Math.min(Math.max((time - first) / (last - first), 0), 1) * 100).toFixed(3)}%`;
    const now = h("i", { class: "now" });
    now.style.insetInlineStart = at(Date.now());
    this.element.replaceChildren(
      h("div", { class: "hours", "aria-hidden": "true" }, hours.map((hour) => {
        const mark = h("span", { class: "number", text: i18n.time(hour, { hour: "2-digit", minute: "2-digit" }) });
        mark.style.insetInlineStart = at(hour.getTime());
        return mark;
      })),
      h("ol", null, reps.map((rep) => {
        const lane = h("ol", { class: "lane" }, this.blocks(rep.id, at));
        return h("li", null,
          h("button", { type: "button", class: "console-link", text: name(rep), on: { click: () => this.board.choose({ kind: "rep", id: rep.id }) } }), lane);
      })),
      h("div", { class: "now-track", "aria-hidden": "true" }, now));
  }

  /** @param {string} repId @param {(time: number) => string} at */
  blocks(repId, at) {
    const own = [...this.board.tasks.values()].filter((task) => task.rep?.id === repId && task.starts_at && task.ends_at)
      .sort((a, b) => (a.starts_at ?? "").localeCompare(b.starts_at ?? ""));
    return own.map((task) => {
      const from = Date.parse(task.starts_at ?? "");
      const until = Date.parse(task.ends_at ?? "");
      const block = h("button", {
        type: "button", class: "block", data: { state: task.state, late: task.late_s > 0 },
        title: null, ariaLabel: `${i18n.time(task.starts_at ?? "")} ${title(task)} ${task.address}`,
        "aria-current": String(this.board.chosen?.id === task.id), on: { click: () => this.board.choose({ kind: "task", id: task.id }) },
      }, h("span", { "aria-hidden": "true", text: title(task) }));
      block.style.insetInlineStart = at(from);
      block.style.inlineSize = `calc(${at(until)} - ${at(from)})`;
      return h("li", null, block);
    });
  }
}
