// One task: what is known, why it stands where it stands, what a dispatcher can do about it, what happened.

import { spaced } from "lib/phone.js";
import { duration } from "lib/time.js";
import { h } from "parts/dom.js";
import { chip, note } from "parts/chip.js";
import { failed, skeleton } from "parts/empty.js";
import { Evidence } from "parts/evidence.js";
import { icon } from "parts/icon.js";
import { i18n, nameOf, t } from "parts/words.js";
import { whyNot } from "pages/console/day/why-not.js";
import { conflicts } from "pages/console/conflicts.js";
import { Proposing } from "pages/console/proposals.js";
import { steps } from "pages/console/task-steps.js";
import { TaskAnswers } from "pages/console/task-answers.js";
import { taskChain } from "pages/console/task-chain.js";
import { TaskAppointment } from "pages/console/task-appointment.js";
import { pair } from "pages/console/task-pair.js";
import { TaskEscalation } from "pages/console/task-escalation.js";
import { TaskSite } from "pages/console/task-site.js";
import { TaskValves } from "pages/console/task-valves.js";
import { terms } from "pages/console/task-terms.js";
import { redraw } from "parts/redraw.js";
import { LOOK, clockOf, name, otherRules, partList, reason, repName, span, title, whyHere } from "pages/console/words.js";

/** @typedef {import("pages/console/types.js").TaskDetail} TaskDetail */

export class TaskDetailView {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    this.evidence = new Evidence(board.page);
    this.proposing = new Proposing(board);
    this.valves = new TaskValves(board);
    this.answers = new TaskAnswers(board);
    this.escalation = new TaskEscalation(board);
    this.appointment = new TaskAppointment(board);
    this.site = new TaskSite(board);
    this.element = h("article", { class: "stack" });
    this.shown = "";
    /** Readings that were begun, and the newest that was drawn. */
    this.asked = this.drawn = 0;
    /** @type {string[]} other tasks of which something stands here */
    this.beside = [];
    addEventListener("language", () => {
      this.shown = "";
    });
  }

  /** What of the board stands in the detail of a task: when that is another, the detail is read again. @param {string} id */
  keyOf(id) {
    const versions = [id, ...this.beside].map((each) => {
      const known = this.board.tasks.get(each);
      return `${each} ${known?.version} ${known?.state}`;
    });
    return [...versions, i18n.language].join(" ");
  }

  /** Whether the board has heard of a step that came after this reading. @param {TaskDetail} task */
  behind(task) {
    return (task.chain?.steps ?? []).some((step) => (this.board.tasks.get(step.task_id)?.version ?? 0) > step.version);
  }

  /** @param {string} id @param {boolean} anew */
  async show(id, anew) {
    if (!this.shown.startsWith(id)) this.beside = [];
    const key = this.keyOf(id);
    if (!anew && key === this.shown) return;
    if (anew && !this.shown.startsWith(id)) this.element.replaceChildren(skeleton(6));
    this.shown = key;
    const asked = ++this.asked;
    try {
      /** @type {TaskDetail} */
      const task = await this.board.page.api.get(`/api/tasks/${id}`);
      if (this.board.chosen?.id !== id || asked < this.drawn) return;
      this.drawn = asked;
      const same = this.shown === key;
      this.beside = (task.chain?.steps ?? []).map((step) => step.task_id).filter((step) => step !== id);
      if (same) this.shown = this.keyOf(id);
      this.draw(task);
      if (this.behind(task)) void this.show(id, true);
    } catch (error) {
      this.element.replaceChildren(failed(error, () => this.show(id, true)));
    }
  }

  /** @param {TaskDetail} task */
  draw(task) {
    this.evidence.show(task);
    const movable = task.allowed.some((event) => event === "assign" || event === "reassign" || event === "locate");
    const why = whyHere(task);
    const parts = [
      h("div", { class: "stack console-title" },
        h("h2", { text: title(task), tabindex: "-1" }),
        h("p", { class: "muted", text: [task.address, task.zone && `${task.zone.code} · ${name(task.zone)}`].filter(Boolean).join(" · ") || t("console.no_place") }),
        h("div", { class: "cluster" },
          chip({ t: `common.task_state.${task.state}`, ...LOOK[task.state] }),
          chip({ t: `common.severity.${task.severity}`, icon: "alert", tone: task.severity === "urgent" ? "bad" : task.severity === "major" ? "warn" : "" }),
          task.late_s > 0 && task.state !== "done" && chip({ text: t("console.late", { by: duration(i18n, task.late_s) }), icon: "clock", tone: "bad" }),
          task.lock && chip({ t: `console.locked.${task.lock}`, icon: "shield" }))),
      conflicts(task, this.board, this.answers),
      why && note({ text: why, icon: "alert", tone: "bad" }),
      this.escalation.show(task),
      why || !task.rep ? movable && this.proposing.show(task) : null,
      pair(task, this.board),
      steps(task, this.board),
      this.answers.show(task),
      facts(task),
      task.companion ? null : terms(task, this.board),
      taskChain(task, this.board),
      this.appointment.show(task),
      this.site.show(task),
      why || !task.rep ? null : movable && this.proposing.show(task),
      whyNot(task, this.board),
      this.valves.show(task),
      this.evidence.element,
      placement(task, this.board),
      timeline(task, this.board),
    ];
    const inside = this.element.contains(document.activeElement);
    redraw(this.element, () => this.element.replaceChildren(.../** @type {Node[]} */ (parts.filter(Boolean))));
    // The button that was pressed may be gone; the reader stays with the task.
    if (inside && document.activeElement === document.body) /** @type {HTMLElement | null} */ (this.element.querySelector("h2"))?.focus({ preventScroll: true });
  }
}

/** @param {TaskDetail} task */
function facts(task) {
  const { customer } = task;
  /** @type {[string, unknown][]} */
  const rows = [
    ["console.fact.rep", task.rep && `${name(task.rep)} · ${whole(task.rep.phone)}`],
    ["console.fact.starts", task.starts_at && span(task.starts_at, task.ends_at ?? task.starts_at)],
    ["console.fact.window", span(task.window_start, task.window_end)],
    ["console.fact.type", task.type && name(task.type)],
    ["console.fact.work", duration(i18n, task.duration_s)],
    ["console.fact.travel_took", task.travel_took_s !== null && duration(i18n, task.travel_took_s)],
    ["console.fact.work_took", task.work_took_s !== null && duration(i18n, task.work_took_s)],
    ["console.fact.skill", task.skill && t("console.fact.level", { skill: t(`common.skill.${task.skill}`), level: task.level })],
    ["console.fact.parts", partList(task.parts)],
    ["console.fact.ownership", task.ownership && t(`common.ownership.${task.ownership}`)],
    ["console.fact.customer", [customer["name"], whole(customer["phone"] ?? "")].filter(Boolean).join(" · ")],
    ["console.fact.answerable", name(task.answerable)],
    ["console.fact.note", task.note],
  ];
  return h("dl", { class: "console-facts" }, rows.filter(([, value]) => value).map(([key, value]) => [h("dt", { t: key }), h("dd", { text: String(value) })]));
}

/** A telephone number that no line end takes apart. @param {string} phone */
function whole(phone) {
  return spaced(phone).replaceAll(" ", "\u00a0");
}

/** @param {TaskDetail} task @param {import("pages/console/board.js").Board} board */
function placement({ rep, placement: { by, rep_id, rep_name, reasons, passed_over, others } }, board) {
  if (!reasons.length && !passed_over.length) return null;
  const who = rep ? name(rep) : rep_id ? repName(board, rep_id, rep_name ?? "") : rep_name;
  return h("details", { class: "console-fold" },
    h("summary", null, h("span", { t: !who ? "console.placed.nobody" : by === "dispatcher" ? "console.placed.dispatcher" : "console.placed.system", params: { name: who } })),
    h("ul", { class: "console-reasons" }, reasons.map((each) => h("li", { text: reason(each) }))),
    passed_over.length > 0 && h("ul", { class: "console-reasons" }, passed_over.map((each) => h("li", { text: `${repName(board, each.rep_id, each.rep_name)}: ${reason(each.rule)}` })), otherRules(others).map((line) => h("li", { text: line }))));
}

/** @param {TaskDetail} task @param {import("pages/console/board.js").Board} board */
function timeline(task, board) {
  return h("section", { class: "stack" }, h("h3", { t: "console.history" }),
    h("ol", { class: "console-history" }, task.timeline.map((entry) => h("li", null,
      h("time", { class: "number", datetime: entry.happened_at, text: clockOf(entry.happened_at) }),
      h("span", { text: told(entry, board).join(" · ") })))));
}

/** What happened, who did it, and what was said; a representative's own act names them once. @param {import("pages/console/types.js").Entry} entry @param {import("pages/console/board.js").Board} board */
function told(entry, board) {
  const { actor_kind, actor_name, actor_name_en, detail } = entry;
  const about = typeof detail["rep_name"] === "string" ? repName(board, detail["rep"], detail["rep_name"]) : "";
  const by = actor_kind === "system" ? "" : nameOf({ name: actor_name, name_en: actor_name_en });
  return [...new Set([event(entry), by, ...said(detail), about].filter(Boolean))];
}

/** What happened: a clock that ran out is no refusal, and a report moves nothing. @param {import("pages/console/types.js").Entry} entry */
function event({ kind, to_state, detail }) {
  if (kind === "expire") return t("console.event.expire");
  if (kind === "retime") return t("console.event.retime", { time: clockOf(detail["eta"]) });
  if (kind === "reorder") return t("console.event.reorder", { time: clockOf(detail["eta"]) });
  if (kind === "climb") return t(`console.event.climb.${detail["what"]}`);
  if (kind === "specialist") return t("console.event.specialist");
  if (kind === "chain") return t("console.event.chain");
  if (kind === "permit") return t(`console.event.permit.${detail["what"]}`);
  if (kind === "lock") return t(`console.event.lock.${detail["what"]}`);
  if (kind === "report") return t("console.event.report", { what: t(`console.act.${detail["what"]}`) });
  if (kind === "said") return t("console.event.said", { what: t(`console.said.${detail["what"]}`) });
  if (["promise", "promise_over", "wait", "not_home", "alone", "follow"].includes(kind)) return t(`console.event.${kind}`);
  if (["windows_changed", "wish_changed", "second_changed"].includes(kind)) return t(`reasons.${kind}`);
  if (kind === "decide") return t(`console.conflict.decide.${detail["what"]}`);
  return t(`common.task_state.${to_state}`);
}

/** @param {Record<string, any>} detail @returns {string[]} */
function said(detail) {
  return [detail["reason"], detail["note"]].filter((part) => typeof part === "string" && part).map((part) => (i18n.has(`reasons.${part}`) ? t(`reasons.${part}`) : part));
}
