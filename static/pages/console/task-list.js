// The tasks, those that need a decision first; filters and search above. Arrow keys walk the list.

import { h } from "parts/dom.js";
import { chip } from "parts/chip.js";
import { failed, nothing, skeleton } from "parts/empty.js";
import { i18n, t } from "parts/words.js";
import { duration } from "lib/time.js";
import { redraw } from "parts/redraw.js";
import { keep, kept } from "pages/console/address.js";
import { waits } from "pages/console/board.js";
import { LOOK, clockOf, name, title, whyHere } from "pages/console/words.js";

/** @typedef {import("pages/console/types.js").Task} Task */

const SEVERITY = /** @type {Record<string, number>} */ ({ urgent: 0, major: 1, minor: 2 });
const WEIGHT = /** @type {Record<string, number>} */ ({ escalated: 0, unplaced: 1, declined: 2, assigned: 3, on_site: 4, travelling: 4, accepted: 5, done: 8, cancelled: 9 });
const GROUPS = ["open", "inbox", "late"];
const MOST = 300;

export class TaskList {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    this.shown = "";
    this.search = h("input", { class: "input", type: "search", placeholder: "console.search", label: "console.search", value: kept("q"), on: { input: () => this.asked() } });
    this.state = h("select", { class: "input", label: "console.filter", on: { change: () => this.asked() } },
      [...GROUPS, "assigned", "accepted", "travelling", "on_site", "done"].map((value) =>
        h("option", { value, t: GROUPS.includes(value) ? `console.filter.${value}` : `common.task_state.${value}` })));
    this.zone = h("select", { class: "input", label: "console.filter.zone", on: { change: () => this.asked() } }, h("option", { value: "", t: "console.filter.all_zones" }));
    this.state.value = kept("state") || "open";
    if (!this.state.value) this.state.value = "open";
    this.wanted = kept("zone"); // until the zones are known
    this.rows = h("ol", { class: "console-rows" });
    this.note = h("p", { class: "small muted", role: "status" });
    this.body = h("div", { class: "console-list-body" }, skeleton(6));
    this.element = h("section", { class: "console-list", label: "console.tasks" },
      h("div", { class: "console-filters" }, this.search, this.state, this.zone, this.note), this.body);
    this.rows.addEventListener("keydown", (event) => this.walk(event));
    board.addEventListener("change", () => this.show());
    board.addEventListener("select", () => this.mark());
  }

  /** A filter was changed: the address says so. */
  asked() {
    this.wanted = this.zone.value;
    keep({ q: this.search.value.trim(), state: this.state.value === "open" ? "" : this.state.value, zone: this.zone.value });
    this.show();
  }

  /** @returns {Task[]} */
  get chosen() {
    const words = this.search.value.trim().toLocaleLowerCase();
    const zone = this.zone.value;
    return this.board.own
      .filter((task) => this.fits(task) && (!zone || task.zone?.code === zone) && (!words || text(task).includes(words)))
      .sort((a, b) => rank(a) - rank(b) || (SEVERITY[a.severity] ?? 3) - (SEVERITY[b.severity] ?? 3) || (WEIGHT[a.state] ?? 7) - (WEIGHT[b.state] ?? 7) || b.late_s - a.late_s || b.priority - a.priority || (a.starts_at ?? a.window_end).localeCompare(b.starts_at ?? b.window_end));
  }

  /** @param {Task} task */
  fits(task) {
    const wanted = this.state.value || "open";
    if (wanted === "open") return !["done", "cancelled"].includes(task.state) || task.undecided;
    if (wanted === "inbox") return waits(task);
    if (wanted === "late") return task.late_s > 0 && task.state !== "done";
    return task.state === wanted;
  }

  /** Shows these tasks only, and goes there. @param {string} filter */
  only(filter) {
    this.state.value = filter;
    this.zone.value = "";
    this.search.value = "";
    this.asked();
    (/** @type {HTMLElement | null} */ (this.rows.querySelector("[data-id]")) ?? this.state).focus();
  }

  show() {
    const { board } = this;
    if (!board.loaded) {
      if (board.trouble) this.body.replaceChildren(failed(board.trouble, () => board.again()));
      return;
    }
    this.fillZones();
    const tasks = this.chosen;
    const [most, count] = [MOST, tasks.length];
    this.note.textContent = count > most ? t("console.shown.most", { count, most }) : t("console.shown", { count });
    const seen = tasks.slice(0, MOST);
    const now = JSON.stringify([i18n.language, seen.map((task) => [task.id, task.version, task.starts_at, Math.ceil(task.late_s / 60)])]);
    if (now !== this.shown) {
      redraw(this.rows, () => this.rows.replaceChildren(...seen.map((task) => row(task, () => board.choose({ kind: "task", id: task.id })))));
      this.body.replaceChildren(seen.length ? this.rows : nothing({ t: "console.none", more: "console.none.more", icon: "done" }));
    }
    this.shown = now;
    this.mark();
  }

  fillZones() {
    const codes = [...this.board.zones.values()].map((zone) => zone.properties);
    if (this.zone.options.length === codes.length + 1 && this.language === i18n.language) return;
    this.language = i18n.language;
    this.zone.replaceChildren(h("option", { value: "", t: "console.filter.all_zones" }),
      ...codes.map((zone) => h("option", { value: zone.code, text: `${zone.code} · ${name(zone)}` })));
    this.zone.value = this.wanted;
    if (!this.zone.value) this.zone.value = "";
  }

  mark() {
    const { chosen } = this.board;
    for (const row of this.rows.querySelectorAll("[data-id]")) {
      row.setAttribute("aria-current", String(chosen?.kind === "task" && /** @type {HTMLElement} */ (row).dataset["id"] === chosen.id));
    }
  }

  /** The row that has replaced this one. @param {HTMLElement} element @returns {HTMLElement | null} */
  again(element) {
    const id = element.dataset["id"];
    return id ? this.rows.querySelector(`[data-id="${CSS.escape(id)}"]`) : null;
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

/** What waits for a decision, then what is under way, then what is finished; in each the most urgent first. @param {Task} task */
function rank(task) {
  return waits(task) ? 0 : task.state === "done" ? 2 : 1;
}

/** @param {Task} task */
function text(task) {
  return [title(task), task.address, task.zone?.code, task.zone?.name, task.rep?.name, task.rep?.name_en, task.customer, task.note].join(" ").toLocaleLowerCase();
}

/** @param {Task} task @param {() => void} open */
function row(task, open) {
  const why = whyHere(task) || (task.undecided ? t("console.conflict.waits") : "");
  const look = LOOK[task.state] ?? { icon: "info", tone: "" };
  const late = task.late_s > 0 && task.state !== "done";
  return h("li", null, h("button", { type: "button", class: "console-row", data: { id: task.id, severity: task.severity }, title: task.severity === "minor" ? undefined : `common.severity.${task.severity}`, on: { click: open } },
    h("span", { class: "split" }, h("b", { text: title(task) }), h("span", { class: "number when", text: clockOf(task.starts_at) })),
    h("span", { class: "where", text: [task.zone?.code, task.address || t("console.no_place")].filter(Boolean).join(" · ") }),
    why && h("span", { class: "why", text: why }),
    h("span", { class: "cluster" }, chip({ t: `common.task_state.${task.state}`, ...look }),
      task.severity === "urgent" && task.state !== "done" && chip({ t: "common.severity.urgent", icon: "alert", tone: "bad" }),
      late && chip({ text: t("console.late", { by: duration(i18n, task.late_s) }), icon: "clock", tone: "bad" }),
      task.rep && h("span", { class: "who", text: name(task.rep) }))));
}
