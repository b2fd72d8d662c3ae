// Representatives by hours: each task a block where it stands in the day, the present hour a line.

import { h } from "parts/dom.js";
import { nothing } from "parts/empty.js";
import { i18n, t } from "parts/words.js";
import { redraw } from "parts/redraw.js";
import { name, title } from "pages/console/words.js";

/** @typedef {import("pages/console/types.js").Task} Task */

const HOUR_MS = 3_600_000;

/** What the blocks' colours mean. */
function legend() {
  const state = (/** @type {string} */ name) => t(`common.task_state.${name}`);
  return h("ul", { class: "legend", label: "console.legend" },
    h("li", null, h("i", { data: { state: "assigned" } }), h("span", { text: state("assigned") })),
    h("li", null, h("i", { data: { state: "accepted" } }), h("span", { text: state("accepted") })),
    h("li", null, h("i", { data: { state: "on_site" } }), h("span", { text: i18n.list([state("travelling"), state("on_site")], "disjunction") })),
    h("li", null, h("i", { data: { state: "done" } }), h("span", { text: state("done") })),
    h("li", null, h("i", { data: { late: true } }), h("span", { t: "console.filter.late" })),
    h("li", null, h("i", { data: { off: true } }), h("span", { t: "console.off_shift" })));
}

export class Timeline {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    this.scrolled = false; // to the present hour, once
    this.element = h("div", { class: "console-timeline", tabindex: "0", role: "region", label: "console.view.timeline" });
    board.addEventListener("change", () => !this.element.hidden && this.show());
    board.addEventListener("select", () => !this.element.hidden && this.show());
    board.addEventListener("ghost", () => !this.element.hidden && this.show());
  }

  show() {
    if (!this.board.loaded) return;
    redraw(this.element, () => this.draw());
    if (this.scrolled || !this.element.clientWidth) return;
    this.scrolled = true;
    const now = /** @type {HTMLElement | null} */ (this.element.querySelector(".now"));
    if (now) this.element.scrollLeft = now.offsetLeft - this.element.clientWidth / 3;
  }

  draw() {
    const reps = [...this.board.reps.values()].sort((a, b) => a.code.localeCompare(b.code, "en", { numeric: true }));
    if (!reps.length) {
      this.element.replaceChildren(nothing({ t: "console.timeline.empty", more: "console.timeline.empty.more", icon: "people" }));
      return;
    }
    const stood = [...this.board.tasks.values()].filter((task) => task.rep && task.starts_at && task.ends_at).sort((a, b) => (a.starts_at ?? "").localeCompare(b.starts_at ?? ""));
    /** @type {Map<string, Task[]>} */
    const own = new Map(reps.map((rep) => [rep.id, []]));
    for (const task of stood) own.get(task.rep?.id ?? "")?.push(task);
    const ghosts = this.board.planned?.moved ?? [];
    const first = Math.floor(Math.min(...reps.map((rep) => Date.parse(rep.shift_start)), ...stood.map((task) => Math.max(Date.parse(task.starts_at ?? ""), Date.now() - 12 * HOUR_MS))) / HOUR_MS) * HOUR_MS;
    const last = Math.ceil(Math.max(...reps.map((rep) => Date.parse(rep.shift_end)), ...stood.map((task) => Date.parse(task.ends_at ?? "")), ...ghosts.map((each) => Date.parse(each.ends_at))) / HOUR_MS) * HOUR_MS;
    const end = Math.min(last, first + 24 * HOUR_MS);
    const at = (/** @type {number} */ time) => `${(Math.min(Math.max((time - first) / (end - first), 0), 1) * 100).toFixed(3)}%`;
    const now = h("i", { class: "now" });
    now.style.insetInlineStart = at(Date.now());
    this.element.style.setProperty("--hours", String((end - first) / HOUR_MS));
    this.element.replaceChildren(
      h("div", { class: "hours", "aria-hidden": "true" }, h("div", null, Array.from({ length: (end - first) / HOUR_MS }, (_, index) => {
        const mark = h("span", { class: "number", text: i18n.time(new Date(first + index * HOUR_MS)) });
        mark.style.insetInlineStart = at(first + index * HOUR_MS);
        return mark;
      }))),
      h("ol", null, reps.map((rep) => h("li", null,
        h("button", { type: "button", class: "rep", data: { id: rep.id, off: !rep.on_shift }, "aria-current": String(this.board.chosen?.id === rep.id), on: { click: () => this.board.choose({ kind: "rep", id: rep.id }) } },
          h("b", { text: name(rep) }), h("small", { text: t("console.timeline.load", { count: rep.open_tasks }) })),
        this.lane(rep, own.get(rep.id) ?? [], ghosts.filter((each) => each.rep_id === rep.id), at)))),
      h("div", { class: "now-track", "aria-hidden": "true" }, now),
      legend());
  }

  /** @param {import("pages/console/types.js").Rep} rep @param {Task[]} tasks @param {import("pages/console/types.js").PlanChange[]} ghosts @param {(time: number) => string} at */
  lane(rep, tasks, ghosts, at) {
    const shift = h("i", { class: "shift", "aria-hidden": "true" });
    shift.style.insetInlineStart = at(Date.parse(rep.shift_start));
    shift.style.inlineSize = `calc(${at(Date.parse(rep.shift_end))} - ${at(Date.parse(rep.shift_start))})`;
    return h("div", { class: "lane" }, shift, h("ol", null, tasks.map((task) => h("li", null, this.block(task, at)))),
      ghosts.map((each) => ghost(each, at)));
  }

  /** @param {Task} task @param {(time: number) => string} at */
  block(task, at) {
    const says = [i18n.time(task.starts_at ?? ""), title(task), task.address, t(`common.task_state.${task.state}`)].filter(Boolean).join(" · ");
    const block = h("button", {
      type: "button", class: "block", data: { id: task.id, state: task.state, leaves: this.board.planned?.moved.some((each) => each.task_id === task.id) ?? false, late: task.late_s > 0 && task.state !== "done" }, ariaLabel: says,
      "aria-current": String(this.board.chosen?.id === task.id), on: { click: () => this.board.choose({ kind: "task", id: task.id }) },
    }, h("span", { "aria-hidden": "true", text: title(task) }));
    block.title = says;
    block.style.insetInlineStart = at(Date.parse(task.starts_at ?? ""));
    block.style.inlineSize = `calc(${at(Date.parse(task.ends_at ?? ""))} - ${at(Date.parse(task.starts_at ?? ""))})`;
    return block;
  }
}

/** Where a stop would be by the plan that is looked at; what it says stands in the list of the plan. @param {import("pages/console/types.js").PlanChange} each @param {(time: number) => string} at */
function ghost(each, at) {
  const mark = h("i", { class: "ghost", "aria-hidden": "true", data: { id: each.task_id } }, h("span", { text: title(each) }));
  mark.style.insetInlineStart = at(Date.parse(each.starts_at));
  mark.style.inlineSize = `calc(${at(Date.parse(each.ends_at))} - ${at(Date.parse(each.starts_at))})`;
  return mark;
}
