// The tasks, those that need a decision first; filters and search above. Arrow keys walk the list.

import { h } from "parts/dom.js";
import { chip } from "parts/chip.js";
import { failed, nothing, skeleton } from "parts/empty.js";
import { i18n, t } from "parts/words.js";
import { duration } from "lib/time.js";
import { LOOK, name, title, whyHere } from "pages/console/words.js";

/** @typedef {import("pages/console/types.js").Task} Task */

const WEIGHT = /** @type {Record<string, number>} */ ({ escalated: 0, unplaced: 1, declined: 2, assigned: 3, on_site: 4, travelling: 4, accepted: 5, done: 8, cancelled: 9 });
const MOST = 300;

export class TaskList {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    this.filter = "open";
    this.search = h("input", { class: "input", type: "search", placeholder: "console.search", label: "console.search", on: { input: () => this.show() } });
    this.state = h("select", { class: "input", label: "console.filter", on: { change: () => this.show() } },
      ["open", "inbox", "late", "assigned", "accepted", "travelling", "on_site", "done"].map((value) =>
        h("option", { value, t: ["open", "inbox", "late"].includes(value) ? `console.filter.${value}` : `common.task_state.${value}` })));
    this.zone = h("select", { class: "input", label: "console.filter.zone", on: { change: () => this.show() } });
    this.rows = h("ol", { class: "console-rows" });
    this.note = h("p", { class: "small muted" });
    this.element = h("section", { class: "console-list", label: "console.tasks" },
      h("div", { class: "console-filters" }, this.search, this.state, this.zone), this.note, this.rows);
    this.rows.addEventListener("keydown", (event) => this.walk(event));
    board.addEventListener("change", () => this.show());
    board.addEventListener("select", () => this.mark());
    this.rows.append(skeleton(6));
  }

  /** @returns {Task[]} */
  get chosen() {
    const words = this.search.value.trim().toLocaleLowerCase();
    const zone = this.zone.value;
    return [...this.board.tasks.values()]
      .filter((task) => this.fits(task) && (!zone || task.zone?.code === zone) && (!words || text(task).includes(words)))
      .sort((a, b) => (WEIGHT[a.state] ?? 7) - (WEIGHT[b.state] ?? 7) || b.late_s - a.late_s || b.priority - a.priority || a.window_end.localeCompare(b.window_end));
  }

  /** @param {Task} task */
  fits(task) {
    const wanted = this.state.value || "open";
    if (wanted === "open") return !["done", "cancelled"].includes(task.state);
    if (wanted === "inbox") return ["unplaced", "escalated"].includes(task.state);
    if (wanted === "late") return task.late_s > 0 && task.state !== "done";
    return task.state === wanted;
  }

  show() {
    const { board } = this;
    if (!board.loaded) {
      if (board.trouble) this.rows.replaceChildren(h("li", null, failed(board.trouble, () => board.read(["tasks", "reps", "zones"]))));
      return;
    }
    this.fillZones();
    const tasks = this.chosen;
    this.note.textContent = t("console.shown", { count: tasks.length });
    const focused = /** @type {HTMLElement | null} */ (document.activeElement?.closest(".console-rows [data-id]"))?.dataset["id"];
    this.rows.replaceChildren(...tasks.slice(0, MOST).map((task) => row(task, () => board.choose({ kind: "task", id: task.id }))),
      ...(tasks.length ? [] : [h("li", null, nothing({ t: "console.none", more: "console.none.more", icon: "done" }))]));
    if (focused) /** @type {HTMLElement | null} */ (this.rows.querySelector(`[data-id="${focused}"]`))?.focus();
    this.mark();
  }

  fillZones() {
    const codes = [...this.board.zones.values()].map((zone) => zone.properties);
    if (this.zone.options.length === codes.length + 1 && this.language === i18n.language) return;
    this.language = i18n.language;
    const kept = this.zone.value;
    this.zone.replaceChildren(h("option", { value: "", t: "console.filter.all_zones" }),
      ...codes.map((zone) => h("option", { value: zone.code, text: `${zone.code} · ${name(zone)}` })));
    this.zone.value = kept;
  }

  mark() {
    const { chosen } = this.board;
    for (const row of this.rows.querySelectorAll("[data-id]")) {
      row.setAttribute("aria-current", String(chosen?.kind === "task" && /** @type {HTMLElement} */ (row).dataset["id"] === chosen.id));
    }
  }

  /** @param {KeyboardEvent} event */
  walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const rows = /** @type {HTMLElement[]} */ ([...this.rows.querySelectorAll("[data-id]")]);
    rows[rows.indexOf(/** @type {HTMLElement} */ (document.activeElement)) + step]?.focus();
  }
}

/** @param {Task} task */
function text(task) {
  return [title(task), task.address, task.zone?.code, task.rep?.name, task.rep?.name_en, task.customer["name"], task.note].join(" ").toLocaleLowerCase();
}

/** @param {Task} task @param {() => void} open */
function row(task, open) {
  const why = whyHere(task);
  const look = LOOK[task.state] ?? { icon: "info", tone: "" };
  return h("li", null, h("button", { type: "button", class: "console-row", data: { id: task.id, severity: task.severity }, on: { click: open } },
    h("span", { class: "split" }, h("b", { text: title(task) }), h("span", { class: "number small", text: task.starts_at ? i18n.time(task.starts_at) : "–" })),
    h("span", { class: "small muted", text: [task.zone?.code, task.address].filter(Boolean).join(" · ") }),
    h("span", { class: "cluster" }, chip({ t: `common.task_state.${task.state}`, ...look }),
      task.late_s > 0 && task.state !== "done" && chip({ text: t("console.late", { by: duration(i18n, task.late_s) }), icon: "clock", tone: "bad" }),
      task.rep && h("span", { class: "small", text: name(task.rep) })),
    why && h("span", { class: "small console-why", text: why })));
}
