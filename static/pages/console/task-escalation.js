// An escalated task: with whom it is, until when it climbs, who was asked; "I take it", and a specialist's task beside it.

import { ApiError } from "lib/api.js";
import { spaced } from "lib/phone.js";
import { attempt, button } from "parts/button.js";
import { chip } from "parts/chip.js";
import { sheet } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { field } from "parts/field.js";
import { icon } from "parts/icon.js";
import { left } from "parts/left.js";
import { note } from "parts/chip.js";
import { nameOf, t } from "parts/words.js";
import { faultsOf } from "pages/console/contractors.js";
import { moving } from "pages/console/moving.js";
import { types } from "pages/console/task-types.js";
import { clockOf, name } from "pages/console/words.js";

/** @typedef {import("pages/console/board.js").Board} Board */
/** @typedef {import("pages/console/types.js").TaskDetail} TaskDetail */
/** @typedef {{id: string, name: string, name_en: string}} Person */
/** @typedef {{whom: string, minutes: number, person: Person | null}} Rung */
/**
 * @typedef {{id: string, version: number, task_id: string, kind: string, state: string, rep: Person, rep_phone: string, holder: Person, rung: number, rungs: Rung[], always: boolean,
 *   since: string, due_at: string | null, climbs: number, asked: {rung: number, what: string, at: string, person: Person | null}[]}} Escalation
 */

const ORDERS = ["before", "after", "together"];

/** In a line: what is needed, with whom it is, and how long still. @param {Escalation} each */
export function climbing(each) {
  return h("div", { class: "cluster console-climbing", data: { kind: each.kind, state: each.state } },
    chip({ t: `console.escalation.kind.${each.kind}`, icon: each.kind === "danger" ? "alert" : "up", tone: each.kind === "danger" ? "bad" : "warn" }),
    each.due_at ? due(each, each.due_at) : h("small", { t: "console.escalation.taken", params: { name: nameOf(each.holder) } }),
    each.climbs > 0 && chip({ t: "console.escalation.climbed", params: { count: each.climbs }, icon: "up", tone: "bad" }),
    each.kind === "danger" && call(each));
}

/** @param {Escalation} each @param {string} until */
function due({ holder }, until) {
  return left(until, (time) => (time ? t("console.escalation.with", { name: nameOf(holder), left: time }) : t("console.escalation.due", { name: nameOf(holder) })), { class: "small number" });
}

/** @param {Escalation} each */
function call({ rep, rep_phone }) {
  return rep_phone && h("a", { class: "button", href: `tel:${rep_phone}`, "aria-label": t("console.escalation.call", { name: nameOf(rep) }) }, icon("phone"), h("span", { class: "number nowrap", text: spaced(rep_phone) }));
}

/** @param {Board} board @param {Escalation} each */
export function take(board, { id, version }) {
  return board.page.api.post(`/api/escalations/${id}/taking`, { version });
}

/** @param {Rung} rung */
export function rungWords({ whom, minutes, person }) {
  return t("console.escalation.rung", { whom: person ? nameOf(person) : t(`console.escalation.whom.${whom}`), count: minutes });
}

export class TaskEscalation {
  /** @param {Board} board */
  constructor(board) {
    this.board = board;
    this.element = h("section", { class: "stack console-escalation" });
    this.drawn = "";
  }

  /** @param {TaskDetail} task */
  show(task) {
    if (task.state !== "escalated" && !task.escalation_reason) return null;
    if (!this.drawn.startsWith(task.id)) this.element.replaceChildren();
    this.drawn = `${task.id} ${task.version}`;
    void this.read(task);
    return this.element;
  }

  /** @param {TaskDetail} task */
  async read(task) {
    try {
      /** @type {Escalation} */
      const each = await this.board.page.api.get(`/api/tasks/${task.id}/escalation`);
      if (this.drawn.startsWith(task.id)) this.draw(each, task);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.element.replaceChildren(); // escalated before there were ladders, or away: the reason stands above
    }
  }

  /** @param {Escalation} each @param {TaskDetail} task */
  draw(each, task) {
    const acts = each.state === "ended" ? [] : [
      each.state === "waiting" && button({ t: "console.escalation.take", icon: "hand", kind: "primary", "data-id": "escalation-take", action: () => moving(this.board, task.id, () => take(this.board, each)) }),
      button({ t: "console.escalation.specialist", icon: "people", "data-id": "escalation-specialist", action: (event) => attempt(event.currentTarget, () => this.specialist(each, task)) }),
    ];
    this.element.replaceChildren(...[
      h("h3", { t: "console.escalation" }),
      h("p", { class: "small", t: "console.escalation.by", params: { name: nameOf(each.rep) } }),
      climbing(each),
      h("ol", { class: "chain console-ladder" }, each.rungs.map((rung, at) => h("li", { "aria-current": each.state !== "ended" && at === each.rung ? "step" : null }, h("b", { text: rungWords(rung) })))),
      h("p", { class: "small muted", t: each.always ? "console.escalation.always" : "console.escalation.rests" }),
      h("ul", { class: "console-reasons" }, each.asked.map(({ what, at, person }) => h("li", null, h("time", { class: "number", datetime: at, text: clockOf(at) }), " ", h("span", { t: `console.escalation.asked.${what}`, params: { name: person ? nameOf(person) : "–" } })))),
      acts.length > 0 && h("div", { class: "cluster" }, acts),
    ].filter((part) => part !== false));
  }

  /** @param {Escalation} each @param {TaskDetail} task */
  async specialist(each, task) {
    const order = h("select", { class: "input", name: "order" }, ORDERS.map((value) => h("option", { value, t: `console.escalation.order.${value}` })));
    const type = h("select", { class: "input", name: "type" }, [...types.values()].filter(({ active }) => active).map((one) => h("option", { value: one.code, text: name(one), selected: one.code === "isolation" })));
    const trouble = h("div", { role: "alert", class: "stack" });
    const body = [h("p", { class: "muted", t: "console.escalation.specialist.hint", params: { name: nameOf(each.rep) } }), field({ t: "console.new.type", name: "type", input: type }), field({ t: "console.escalation.order", name: "order", input: order }), trouble];
    for (;;) {
      if ((await sheet({ t: "console.escalation.specialist", body, actions: [{ value: "save", t: "console.escalation.specialist.save", kind: "primary" }] })) !== "save") return;
      trouble.replaceChildren();
      try {
        await moving(this.board, task.id, () => this.board.page.api.post(`/api/escalations/${each.id}/specialist`, { type: type.value, order: order.value, version: each.version }));
        this.board.page.toast.show({ t: "console.escalation.specialist.done" });
        return;
      } catch (error) {
        if (!(error instanceof ApiError) || ["stale_version", "escalation_moved"].includes(error.code)) throw error;
        trouble.replaceChildren(...faultsOf(error).map((text) => note({ text, icon: "alert", tone: "bad" })));
      }
    }
  }
}
