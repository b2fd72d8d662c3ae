// What needs a decision now, the most pressing first: each with the decision that is proposed, one key away.

import { duration } from "lib/time.js";
import { h } from "parts/dom.js";
import { attempt, button } from "parts/button.js";
import { wordsOf } from "parts/announced.js";
import { drawnFrom } from "parts/redraw.js";
import { i18n, t } from "parts/words.js";
import { iso } from "pages/console/day/fits.js";
import { moving } from "pages/console/moving.js";
import { climbing, take } from "pages/console/task-escalation.js";
import { clockOf, name, reason, title } from "pages/console/words.js";

/** @typedef {{rep_id: string, day: string, after: string | null, before: string | null, rule: string | null, start: number, extra_s: number, late_s: number, pushes_s: number}} WayOut */
/** @typedef {import("pages/console/task-escalation.js").Escalation} Escalation */
/** @typedef {{task_id: string, version: number, kind: string, late_s: number, response_due_at: string | null, way_out: WayOut | null, conflict: {id: string, version: number, decision: string} | null, escalation: Escalation | null}} Exceptional */

const CALM_MS = 1500;

export class Exceptions {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    /** @type {Exceptional[]} */
    this.listed = [];
    this.body = h("div");
    this.element = h("section", { class: "console-exceptions", label: "console.exceptions" }, this.body);
    this.draw = drawnFrom(this.body);
    this.asked = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    board.addEventListener("change", () => this.element.isConnected && this.soon());
    board.addEventListener("announced", () => this.show());
    addEventListener("language", () => this.show());
  }

  /** It is looked at. */
  shown() {
    this.show();
    this.soon(0);
    return this.element;
  }

  soon(after = CALM_MS) {
    if (this.timer !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.read();
    }, after);
  }

  async read() {
    try {
      this.listed = await this.board.page.api.get("/api/exceptions");
      this.asked = true;
      this.show();
    } catch {
      // The list of tasks says that the server is away; what stands here is kept.
    }
  }

  show() {
    if (!this.asked) return;
    const rows = this.listed.flatMap((each) => {
      const task = this.board.tasks.get(each.task_id);
      return task ? [{ each, task, why: this.why(each), says: this.proposed(each) }] : [];
    });
    const passed = this.board.announced?.filter(({ passed_at }) => passed_at) ?? [];
    this.draw([...passed.map(({ id, version }) => [id, version, i18n.language]), ...rows.map(({ each, why, says, task }) => [each, why, says, task.address])], () => rows.length + passed.length ? [
      h("h2", { t: "console.exceptions" }),
      h("ol", { class: "console-decide" }, passed.map((each) => this.passed(each)), rows.map(({ each, task, why, says }, index) => h("li", { data: { kind: each.kind } },
        h("button", { type: "button", class: "what", data: { id: each.task_id }, on: { click: () => this.board.choose({ kind: "task", id: each.task_id }) } },
          h("b", { text: [title(task), task.address].filter(Boolean).join(" · ") }), h("small", { text: why })),
        each.escalation && climbing(each.escalation),
        says && button({ text: says, kind: index ? undefined : "primary", key: index < 9 ? String(index + 1) : undefined, data: { id: `decide-${each.task_id}` }, action: () => this.decide(each) })))),
    ] : [h("p", { class: "muted", t: "console.exceptions.none" })]);
  }

  /** An announcement past the end that was told: nobody has said how it stands. @param {import("pages/console/announcements.js").Announcement} each */
  passed(each) {
    const words = wordsOf(each);
    return h("li", { data: { kind: "announcement" } },
      h("button", { type: "button", class: "what", data: { id: each.id }, on: { click: () => this.board.choose({ kind: "announcement", id: each.id }) } },
        h("b", { t: "console.exception.announcement", params: { title: words.title, where: words.where } }),
        h("small", { t: "console.announce.passed", params: { time: clockOf(each.ends_at) } })),
      button({ t: "console.announce.end", "data-id": `end-${each.id}`, action: () => this.board.page.api.post(`/api/announcements/${each.id}/end`, { version: each.version }) }));
  }

  /** @param {Exceptional} each */
  why({ kind, task_id, late_s, response_due_at }) {
    const task = this.board.tasks.get(task_id);
    if (kind === "late") return t("console.exception.late", { by: duration(i18n, late_s), name: task?.rep ? name(task.rep) : "–" });
    if (kind === "unanswered") return t("console.exception.unanswered", { name: task?.rep ? name(task.rep) : "–", time: clockOf(response_due_at) });
    if (kind === "escalated") return task?.escalation_reason || t("reasons.escalated");
    if (kind === "conflict") return t("console.conflict.waits");
    return reason({ code: task?.unplaced_reason ?? "nobody_able", params: {} });
  }

  /** The proposed decision, as the button says it; "" where a person has to look. @param {Exceptional} each */
  proposed({ way_out, conflict, escalation }) {
    if (!conflict && escalation?.state === "waiting") return t("console.escalation.take");
    if (conflict && conflict.decision !== "note") return t(`console.conflict.decide.${conflict.decision}`);
    const rep = way_out && this.board.reps.get(way_out.rep_id);
    if (!rep) return "";
    const params = { name: name(rep), time: clockOf(iso(way_out.start)) };
    return way_out.rule ? t("console.exception.against", { ...params, reason: reason({ code: way_out.rule, params: { at: iso(way_out.start) } }) }) : t("console.exception.give", params);
  }

  /** By its key. @param {number} number from 0 */
  press(number) {
    const each = this.listed.filter(({ task_id }) => this.board.tasks.has(task_id))[number];
    if (!each || !this.element.checkVisibility() || !this.proposed(each)) return false;
    attempt(this.element, () => this.decide(each));
    return true;
  }

  /** @param {Exceptional} each */
  async decide(each) {
    const { board } = this;
    const { conflict, way_out, escalation } = each;
    if (conflict) {
      await moving(board, each.task_id, () => board.page.api.post(`/api/task-conflicts/${conflict.id}/decision`, { version: conflict.version, decision: conflict.decision }));
    } else if (escalation?.state === "waiting") {
      await moving(board, each.task_id, () => take(board, escalation));
    } else if (way_out) {
      const where = { day: way_out.day, gap: { after: way_out.after, before: way_out.before } };
      const seen = [{ id: each.task_id, version: each.version }];
      // What goes against a rule is asked first, with the rule.
      if (way_out.rule) await board.moves.overrule(seen, way_out.rep_id, reason({ code: way_out.rule, params: { at: iso(way_out.start) } }), where);
      else await board.moves.move(seen, way_out.rep_id, where);
    }
    this.soon();
  }
}
