// Representatives by hours: each task a block where it stands in the day, the way to it before it, the present hour a
// line. Blocks are dragged (day/dragging.js) or carried by keys (day/carrying.js), picked with Shift, and locked.

import { h } from "parts/dom.js";
import { nothing } from "parts/empty.js";
import { i18n, t } from "parts/words.js";
import { duration } from "lib/time.js";
import { redraw } from "parts/redraw.js";
import { carry } from "pages/console/day/carrying.js";
import { listenToDrags } from "pages/console/day/dragging.js";
import { Replay } from "pages/console/day/replay.js";
import { movable } from "pages/console/day/selection.js";
import { Toolbar } from "pages/console/day/toolbar.js";
import { keep, kept } from "pages/console/address.js";
import { name, title } from "pages/console/words.js";

/** @typedef {import("pages/console/types.js").Task} Task */
/** @typedef {import("pages/console/types.js").Rep} Rep */

const HOUR_MS = 3_600_000;
const ZOOMS = [4, 6, 9, 14, 22, 34]; // rem an hour
const USUAL = 2;

/** What the blocks' colours mean. */
function legend() {
  const state = (/** @type {string} */ name) => t(`common.task_state.${name}`);
  return h("ul", { class: "legend", label: "console.legend" },
    h("li", null, h("i", { data: { state: "assigned" } }), h("span", { text: state("assigned") })),
    h("li", null, h("i", { data: { state: "accepted" } }), h("span", { text: state("accepted") })),
    h("li", null, h("i", { data: { state: "on_site" } }), h("span", { text: i18n.list([state("travelling"), state("on_site")], "disjunction") })),
    h("li", null, h("i", { data: { state: "done" } }), h("span", { text: state("done") })),
    h("li", null, h("i", { data: { late: true } }), h("span", { t: "console.filter.late" })),
    h("li", null, h("i", { data: { way: true } }), h("span", { t: "console.legend.way" })),
    h("li", null, h("i", { data: { rest: true } }), h("span", { t: "console.legend.rest" })),
    h("li", null, h("i", { data: { off: true } }), h("span", { t: "console.off_shift" })));
}

export class Timeline {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    this.scrolled = false; // to the present hour, once
    this.near = Number(kept("zoom") || USUAL);
    this.station = kept("station");
    /** @type {import("pages/console/day/trial.js").Trial | null} */
    this.trial = null;
    /** @type {Rep[]} */
    this.visible = [];
    /** @type {Map<string, Task[]>} by representative */
    this.stops = new Map();
    this.first = this.last = 0;
    /** @type {import("pages/console/day/replay.js").Replay | null} a day that is seen again */
    this.past = null;
    this.scroller = h("div", { class: "console-timeline", tabindex: "0", role: "region", label: "console.view.timeline" });
    this.toolbar = new Toolbar(this);
    this.element = h("div", { class: "console-day" }, this.toolbar.element, this.scroller);
    for (const type of ["change", "select", "ghost"]) board.addEventListener(type, () => !this.element.hidden && this.show());
    board.selection.addEventListener("change", () => this.mark());
    listenToDrags(this);
    this.scroller.addEventListener("keydown", (event) => this.key(event));
    setInterval(() => !this.element.hidden && this.placeNow(), 30_000);
  }

  /** The working day that is shown, as the utility's clocks have it. */
  get day() {
    return new Intl.DateTimeFormat("en-CA", { ...(i18n.timezone && { timeZone: i18n.timezone }), year: "numeric", month: "2-digit", day: "2-digit" }).format(new Date());
  }

  show() {
    if (!this.board.loaded) return;
    this.toolbar.draw();
    redraw(this.scroller, () => this.draw());
    if (this.scrolled || !this.scroller.clientWidth) return;
    this.scrolled = true;
    this.toNow();
  }

  toNow() {
    const now = /** @type {HTMLElement | null} */ (this.scroller.querySelector(".now"));
    if (now) this.scroller.scrollLeft = now.offsetLeft - this.scroller.clientWidth / 3;
  }

  /** @param {number} by */
  zoom(by) {
    const near = Math.min(Math.max(this.near + by, 0), ZOOMS.length - 1);
    if (near === this.near) return;
    // What is in the middle stays there.
    const { scroller } = this;
    const names = scroller.querySelector(".rep")?.clientWidth ?? 0;
    const middle = (scroller.scrollLeft + (scroller.clientWidth - names) / 2) / Math.max(1, scroller.scrollWidth - names);
    this.near = near;
    keep({ zoom: near === USUAL ? "" : String(near) });
    this.size();
    scroller.scrollLeft = middle * (scroller.scrollWidth - names) - (scroller.clientWidth - names) / 2;
  }

  /** @param {string} station empty: everybody */
  narrow(station) {
    this.station = station;
    keep({ station });
    this.show();
  }

  size() {
    this.scroller.style.setProperty("--hours", String((this.last - this.first) / HOUR_MS));
    this.scroller.style.setProperty("--hour", `${ZOOMS[this.near] ?? 9}rem`);
  }

  /** Somebody's stops, in the order of the day. @param {string} rep */
  own(rep) {
    return this.stops.get(rep) ?? [];
  }

  /** @returns {HTMLElement[]} */
  lanes() {
    return [...this.scroller.querySelectorAll(".lane")].map((lane) => /** @type {HTMLElement} */ (lane));
  }

  /** @param {string} rep @returns {HTMLElement | null} */
  laneOf(rep) {
    return this.scroller.querySelector(`.lane[data-rep="${CSS.escape(rep)}"]`);
  }

  /** The moment at which a lane shows a place on the screen. @param {HTMLElement} lane @param {number} x */
  timeAt(lane, x) {
    const box = lane.getBoundingClientRect();
    return this.first + ((x - box.left) / Math.max(1, box.width)) * (this.last - this.first);
  }

  /** @param {number} time */
  at(time) {
    return `${(Math.min(Math.max((time - this.first) / (this.last - this.first), 0), 1) * 100).toFixed(3)}%`;
  }

  /** @param {HTMLElement} element @param {number} from @param {number} until */
  set(element, from, until) {
    element.style.insetInlineStart = this.at(from);
    element.style.inlineSize = `calc(${this.at(until)} - ${this.at(from)})`;
  }

  draw() {
    const all = [...this.board.reps.values()].sort((a, b) => a.code.localeCompare(b.code, "en", { numeric: true }));
    if (!all.length) {
      this.scroller.replaceChildren(nothing({ t: "console.timeline.empty", more: "console.timeline.empty.more", icon: "people" }));
      return;
    }
    const some = all.filter((rep) => rep.station === this.station);
    this.visible = some.length ? some : all;
    const reps = this.visible;
    if (this.past) return this.drawPast(this.past, reps);
    const stood = [...this.board.tasks.values()].filter((task) => task.rep && task.starts_at && task.ends_at).sort((a, b) => (a.starts_at ?? "").localeCompare(b.starts_at ?? ""));
    this.stops = new Map(reps.map((rep) => [rep.id, []]));
    for (const task of stood) this.stops.get(task.rep?.id ?? "")?.push(task);
    const ghosts = this.board.planned?.moved ?? [];
    this.first = Math.floor(Math.min(...reps.map((rep) => Date.parse(rep.shift_start)), ...stood.map((task) => Math.max(Date.parse(task.starts_at ?? ""), Date.now() - 12 * HOUR_MS))) / HOUR_MS) * HOUR_MS;
    const last = Math.ceil(Math.max(...reps.map((rep) => Date.parse(rep.shift_end)), ...stood.map((task) => Date.parse(task.ends_at ?? "")), ...ghosts.map((each) => Date.parse(each.ends_at))) / HOUR_MS) * HOUR_MS;
    this.last = Math.min(last, this.first + 24 * HOUR_MS);
    this.size();
    this.scroller.replaceChildren(
      this.hours(),
      h("ol", null, reps.map((rep) => h("li", { data: { row: rep.id } },
        h("button", { type: "button", class: "rep", data: { id: rep.id, off: !rep.on_shift }, "aria-current": String(this.board.chosen?.id === rep.id), on: { click: () => this.board.choose({ kind: "rep", id: rep.id }) } },
          h("b", { text: name(rep) }), h("small", { text: t("console.timeline.load", { count: rep.open_tasks }) })),
        this.lane(rep, this.own(rep.id), ghosts.filter((each) => each.rep_id === rep.id))))),
      h("div", { class: "now-track", "aria-hidden": "true" }, h("i", { class: "now" })),
      legend());
    this.join();
    this.placeNow();
    this.mark();
    this.trial?.paint();
  }

  hours() {
    const hours = Array.from({ length: Math.round((this.last - this.first) / HOUR_MS) }, (_, index) => this.first + index * HOUR_MS);
    return h("div", { class: "hours", "aria-hidden": "true" }, h("div", null, hours.map((hour) => {
      const mark = h("span", { class: "number", text: i18n.time(new Date(hour)) });
      mark.style.insetInlineStart = this.at(hour);
      return mark;
    })));
  }

  /** A day as it was; the line is the moment that is looked at. @param {import("pages/console/day/replay.js").Replay} past @param {Rep[]} reps */
  drawPast(past, reps) {
    if (!past.ends) return;
    this.first = past.span.first;
    this.last = Math.min(past.span.last, this.first + 24 * HOUR_MS);
    this.size();
    this.scroller.replaceChildren(this.hours(), past.lanes(reps), h("div", { class: "now-track", "aria-hidden": "true" }, h("i", { class: "now" })), legend());
    this.placeNow();
  }

  replay() {
    if (this.past || this.trial) return;
    this.past = new Replay(this);
    this.toolbar.element.replaceChildren(this.past.bar);
    this.past.slider.focus();
  }

  endReplay() {
    this.past?.stop();
    this.past = null;
    this.toolbar.element.replaceChildren(this.toolbar.usual);
    this.show();
  }

  placeNow() {
    const now = /** @type {HTMLElement | null} */ (this.scroller.querySelector(".now"));
    if (now) now.style.insetInlineStart = this.at(this.past ? this.past.now : Date.now());
  }

  /** @param {Rep} rep @param {Task[]} tasks @param {import("pages/console/types.js").PlanChange[]} ghosts */
  lane(rep, tasks, ghosts) {
    const shift = h("i", { class: "shift", "aria-hidden": "true" });
    this.set(shift, Date.parse(rep.shift_start), Date.parse(rep.shift_end));
    return h("div", { class: "lane", data: { rep: rep.id } }, shift, this.rest(rep), tasks.map((task) => this.way(task)), h("ol", null, tasks.map((task) => h("li", null, this.block(task)))),
      ghosts.map((each) => this.ghost(each)));
  }

  /** The break, as it is planned now. @param {Rep} rep */
  rest(rep) {
    if (!rep.rest_starts_at || !rep.rest_ends_at) return null;
    const from = Date.parse(rep.rest_starts_at), until = Date.parse(rep.rest_ends_at);
    if (until <= this.first || from >= this.last) return null;
    const says = t("console.rest", { from: i18n.time(rep.rest_starts_at), until: i18n.time(rep.rest_ends_at) });
    const rest = h("span", { class: "rest", role: "img", ariaLabel: says });
    rest.title = says;
    this.set(rest, from, until);
    return rest;
  }

  /** The way to a stop: nobody sets off only to wait at the door. @param {Task} task */
  way(task) {
    const start = Date.parse(task.starts_at ?? "");
    if (!task.travel_s || start < this.first) return null;
    const way = h("i", { class: "way", "aria-hidden": "true" });
    this.set(way, start - task.travel_s * 1000, start);
    return way;
  }

  /** @param {Task} task */
  block(task) {
    const late = task.late_s > 0 && task.state !== "done";
    const says = [i18n.time(task.starts_at ?? ""), title(task), task.address, t(`common.task_state.${task.state}`),
      late && t("console.late", { by: duration(i18n, task.late_s) }), this.together(task), task.lock && t(`console.locked.${task.lock}`)].filter(Boolean).join(" · ");
    const block = h("button", {
      type: "button", class: "block", data: { id: task.id, state: task.state, leaves: this.board.planned?.moved.some((each) => each.task_id === task.id) ?? false, late, lock: task.lock, pair: task.partner ? (task.companion ? "along" : "lead") : null }, ariaLabel: says,
      "aria-current": String(this.board.chosen?.id === task.id), "aria-keyshortcuts": movable(task) ? "M" : null, on: { click: (/** @type {MouseEvent} */ event) => this.click(event, task) },
    }, h("span", { "aria-hidden": "true", text: (task.companion && this.together(task)) || title(task) }));
    block.title = says;
    this.set(block, Date.parse(task.starts_at ?? ""), Date.parse(task.ends_at ?? ""));
    return block;
  }

  /** With whom, where two are there at the same time. @param {Task} task */
  together({ partner }) {
    const other = partner ? this.board.tasks.get(partner)?.rep : null;
    return other ? t("console.pair.with", { name: name(other) }) : "";
  }

  /** A line joins the two blocks of a task for two, from lane to lane. */
  join() {
    const track = this.scroller.querySelector(".now-track");
    if (!track) return;
    const top = track.getBoundingClientRect().top;
    for (const task of [...this.stops.values()].flat()) {
      const lead = task.companion && this.board.tasks.get(task.partner ?? "");
      const lanes = lead ? [this.laneOf(lead.rep?.id ?? ""), this.laneOf(task.rep?.id ?? "")] : [];
      const [upper, lower] = lanes.flatMap((lane) => lane?.getBoundingClientRect() ?? []).sort((a, b) => a.top - b.top);
      if (!lead || !upper || !lower) continue;
      const line = h("i", { class: "joined" });
      line.style.insetInlineStart = this.at(Math.max(Date.parse(task.starts_at ?? ""), Date.parse(lead.starts_at ?? "")));
      line.style.insetBlockStart = `${upper.bottom - top - 6}px`;
      line.style.blockSize = `${lower.top - upper.bottom + 12}px`;
      track.append(line);
    }
  }

  /** @param {MouseEvent} event @param {Task} task */
  click(event, task) {
    if (event.shiftKey || event.ctrlKey || event.metaKey) {
      if (movable(task)) this.board.selection.toggle(task.id);
      return;
    }
    this.board.choose({ kind: "task", id: task.id });
  }

  /** Where a stop would be by the plan that is looked at; what it says stands in the list of the plan. @param {import("pages/console/types.js").PlanChange} each */
  ghost(each) {
    const mark = h("i", { class: "ghost", "aria-hidden": "true", data: { id: each.task_id } }, h("span", { text: title(each) }));
    this.set(mark, Date.parse(each.starts_at), Date.parse(each.ends_at));
    return mark;
  }

  mark() {
    for (const block of /** @type {NodeListOf<HTMLElement>} */ (this.scroller.querySelectorAll(".block"))) {
      const picked = this.board.selection.ids.has(block.dataset["id"] ?? "");
      block.toggleAttribute("data-picked", picked);
      block.setAttribute("aria-pressed", String(picked));
    }
  }

  /** @param {Task[]} tasks @param {Task} lead */
  carry(tasks, lead) {
    return carry(this, tasks, lead);
  }

  /** @param {string} id */
  focus(id) {
    /** @type {HTMLElement | null} */ (this.scroller.querySelector(`.block[data-id="${CSS.escape(id)}"]`))?.focus({ preventScroll: true });
  }

  /** Arrows walk the blocks, with Shift they pick; M moves, L locks. @param {KeyboardEvent} event */
  key(event) {
    const block = event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest(".block")) : null;
    const task = block && this.board.tasks.get(block.dataset["id"] ?? "");
    if (!block || !task || event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.past) return;
    const { selection, moves } = this.board;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const to = this.beside(block, task, key);
    if (to) {
      if (event.shiftKey) {
        for (const each of [task, this.board.tasks.get(to.dataset["id"] ?? "")]) if (each && movable(each)) selection.add(each.id);
      }
      to.focus();
      to.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else if (key === "m" && movable(task)) void this.carry(selection.with(task), task);
    else if (key === "l" && task.rep && movable(task)) void moves.lock(selection.with(task), task.lock ? null : "place");
    else if (key === "Escape" && selection.ids.size) selection.clear();
    else if (!key.startsWith("Arrow")) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** The next block that way: in the lane, or in the next lane that has any, the nearest in time. @param {HTMLElement} block @param {Task} task @param {string} key @returns {HTMLElement | null} */
  beside(block, task, key) {
    const along = { ArrowLeft: -1, ArrowRight: 1 }[key];
    const lane = block.closest(".lane");
    if (along) {
      const row = /** @type {HTMLElement[]} */ ([...(lane?.querySelectorAll(".block") ?? [])]);
      return row[row.indexOf(block) + along] ?? null;
    }
    const across = { ArrowUp: -1, ArrowDown: 1 }[key];
    if (!across) return null;
    const lanes = this.lanes();
    for (let at = lanes.indexOf(/** @type {HTMLElement} */ (lane)) + across; lanes[at]; at += across) {
      const blocks = /** @type {HTMLElement[]} */ ([...(lanes[at]?.querySelectorAll(".block") ?? [])]);
      const far = (/** @type {HTMLElement} */ each) => Math.abs(Date.parse(this.board.tasks.get(each.dataset["id"] ?? "")?.starts_at ?? "") - Date.parse(task.starts_at ?? ""));
      const [nearest] = blocks.sort((a, b) => far(a) - far(b));
      if (nearest) return nearest;
    }
    return null;
  }
}
