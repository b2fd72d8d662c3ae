// The map in words: zones, representatives and tasks as tables that sort, for the keyboard and for screen readers.
// What the map shows by colour and place stands here as text.

import { duration } from "lib/time.js";
import { h } from "parts/dom.js";
import { chip } from "parts/chip.js";
import { i18n, t } from "parts/words.js";
import { Table } from "pages/console/table.js";
import { COVERAGE, LOOK, clockOf, name, reason, span, title } from "pages/console/words.js";

const WORST = Object.keys(COVERAGE);
const STATES = Object.keys(LOOK);
const SEVERITIES = ["urgent", "major", "minor"];

export class Tables {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    this.zones = new Table("console.table.zones", [
      { key: "zone", value: (zone) => zone.code, cell: (zone) => open(zone.code, `${zone.code} · ${name(zone)}`, () => board.choose({ kind: "zone", id: zone.code })) },
      { key: "coverage", value: (zone) => WORST.indexOf(zone.coverage), cell: (zone) => chip({ t: `console.coverage.${zone.coverage}`, ...COVERAGE[/** @type {string} */ (zone.coverage)] }) },
      { key: "why", kind: "wide", value: (zone) => zone.reasons.map(reason).join(), cell: (zone) => h("ul", null, zone.reasons.map((/** @type {import("pages/console/types.js").Reason} */ each) => h("li", { text: reason(each) }))) },
      { key: "owner", value: (zone) => (zone.owner ? name(zone.owner) : "–") },
      { key: "open", kind: "number", value: (zone) => zone.open_tasks },
    ], "coverage");
    this.reps = new Table("console.table.reps", [
      { key: "rep", value: (rep) => name(rep), cell: (rep) => open(rep.id, name(rep), () => board.choose({ kind: "rep", id: rep.id })) },
      { key: "station", value: (rep) => rep.station },
      { key: "shift", value: (rep) => (rep.on_shift ? t("console.on_shift") : t("console.off_shift")) },
      { key: "open", kind: "number", value: (rep) => rep.open_tasks },
      { key: "done", kind: "number", value: (rep) => rep.done_today },
      { key: "next", kind: "number nowrap", value: (rep) => rep.next_stop?.eta ?? "", cell: (rep) => clockOf(rep.next_stop?.eta) },
      { key: "seen", value: (rep) => rep.position?.at ?? "", cell: (rep) => (rep.position ? i18n.relative(rep.position.at, new Date()) : t("console.not_seen")) },
    ], "rep");
    this.tasks = new Table("console.table.tasks", [
      { key: "task", value: (task) => title(task), cell: (task) => open(task.id, title(task), () => board.choose({ kind: "task", id: task.id })) },
      { key: "state", value: (task) => STATES.indexOf(task.state), cell: (task) => chip({ t: `common.task_state.${task.state}`, ...LOOK[/** @type {string} */ (task.state)] }) },
      { key: "zone", value: (task) => task.zone?.code ?? "–" },
      { key: "place", kind: "wide", value: (task) => task.address || t("console.no_place") },
      { key: "rep", value: (task) => (task.rep ? name(task.rep) : "–") },
      { key: "starts", kind: "number nowrap", value: (task) => task.starts_at ?? "", cell: (task) => clockOf(task.starts_at) },
      { key: "window", kind: "number", value: (task) => task.window_end, cell: (task) => windowCell(task) },
      { key: "severity", value: (task) => SEVERITIES.indexOf(task.severity), cell: (task) => t(`common.severity.${task.severity}`) },
      { key: "late", kind: "number nowrap", value: (task) => (task.state === "done" ? 0 : task.late_s), cell: (task) => (task.late_s > 0 && task.state !== "done" ? duration(i18n, task.late_s) : "–") },
      { key: "customer", value: (task) => task.customer },
      { key: "note", kind: "wide", value: (task) => task.note },
      { key: "number", kind: "nowrap", value: (task) => task.id.slice(-6) },
    ], "starts", { address: "cols", usual: ["state", "zone", "place", "rep", "starts", "window"] });
    this.element = h("div", { class: "console-tables" }, this.zones.element, this.reps.element, this.tasks.element);
    board.addEventListener("change", () => !this.element.hidden && this.show());
  }

  show() {
    if (!this.board.loaded) return;
    this.zones.show([...this.board.zones.values()].map((zone) => zone.properties));
    this.reps.show([...this.board.reps.values()]);
    this.tasks.show(this.board.open);
  }
}

/** @param {string} id @param {string} text @param {() => void} action */
function open(id, text, action) {
  return h("button", { type: "button", class: "console-link", text, data: { id }, on: { click: action } });
}

/** The window it stands in; while nobody has it, from when to when and in how many. @param {import("pages/console/types.js").Task} task */
function windowCell(task) {
  const whole = span(task.window_start, task.window_end);
  return task.windows > 1 ? `${whole} (${t(task.rep ? "console.terms.one_of" : "console.terms.in", { count: task.windows })})` : whole;
}
