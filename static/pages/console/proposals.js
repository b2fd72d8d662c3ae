// The best three places for a task, each with its reasons, and everyone else with the first rule that failed. One press
// assigns; Alt+1 to Alt+3 do the same from the keyboard. What somebody already has, folds: moving it is the exception.

import { duration } from "lib/time.js";
import { h } from "parts/dom.js";
import { attempt, button } from "parts/button.js";
import { note } from "parts/chip.js";
import { failed, skeleton } from "parts/empty.js";
import { i18n, t } from "parts/words.js";
import { placeForm } from "pages/console/place-form.js";
import { clockOf, otherRules, reason, repName } from "pages/console/words.js";

/** @typedef {import("pages/console/types.js").TaskDetail} TaskDetail */
/** @typedef {import("pages/console/types.js").Proposals} Proposals */
/** @typedef {import("pages/console/types.js").Proposal} Proposal */

export class Proposing {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    this.body = h("div", { class: "stack" });
    this.element = h("section", { class: "console-proposals", label: "console.proposals" });
    /** @type {TaskDetail | null} */
    this.task = null;
    /** @type {string | null} for which day it is proposed */
    this.day = null;
    addEventListener("keydown", (event) => {
      const number = event.altKey ? ["Digit1", "Digit2", "Digit3"].indexOf(event.code) : -1;
      if (number < 0 || !this.body.checkVisibility() || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      /** @type {HTMLElement | undefined} */ ([...this.body.querySelectorAll("[data-proposal]")][number])?.click();
    });
  }

  /** @param {TaskDetail} task */
  show(task) {
    this.task = task;
    if (!task.rep || task.state === "escalated") {
      this.element.replaceChildren(h("h3", { t: task.lat === null ? "console.place.title" : "console.proposals" }), this.body);
      this.fill(task);
      return this.element;
    }
    const fold = h("details", { class: "console-fold", on: { toggle: () => fold.open && this.fill(task) } }, h("summary", null, h("b", { t: "console.reassign" })), this.body);
    this.body.replaceChildren();
    this.element.replaceChildren(fold);
    return this.element;
  }

  /** @param {TaskDetail} task */
  fill(task) {
    if (task.lat === null) return this.body.replaceChildren(placeForm(task, this.board));
    this.body.replaceChildren(skeleton(3));
    void this.fetch(task);
  }

  /** @param {TaskDetail} task */
  async fetch(task) {
    try {
      /** @type {Proposals} */
      const found = await this.board.page.api.get(`/api/tasks/${task.id}/proposals`);
      if (this.task === task) this.draw(task, found);
    } catch (error) {
      if (this.task === task) this.body.replaceChildren(failed(error, () => this.fetch(task)));
    }
  }

  /** @param {TaskDetail} task @param {Proposals} found */
  draw(task, { day, best, passed_over, others, travel_source, unplaced_reason }) {
    this.day = day;
    this.board.propose(task.id, best);
    const outside = unplaced_reason === "outside_zones";
    this.body.replaceChildren(
      ...(best.length ? [] : [note({ t: "console.proposals.none", icon: "alert", tone: "warn" })]),
      h("ol", { class: "console-best" }, best.map((proposal, index) => this.card(task, proposal, index + 1))),
      ...(passed_over.length ? [this.others(task, passed_over, others)] : []),
      ...(travel_source === "haversine" ? [h("p", { class: "small muted", t: "console.proposals.estimate" })] : []),
      ...(outside ? [h("h3", { t: "console.place.title" }), placeForm(task, this.board)] : []));
  }

  /** @param {TaskDetail} task @param {Proposal} proposal @param {number} number */
  card(task, proposal, number) {
    const own = proposal.rep_id === task.rep?.id;
    const who = repName(this.board, proposal.rep_id, proposal.rep_name);
    return h("li", { class: "console-proposal" },
      h("div", { class: "split" },
        h("b", { text: who }),
        h("b", { class: "number", text: clockOf(proposal.starts_at) })),
      h("ul", { class: "console-reasons" },
        proposal.extra_travel_s >= 60 && !proposal.reasons.some(({ code }) => code === "extra_travel_s") && h("li", { text: t("console.extra", { by: duration(i18n, proposal.extra_travel_s) }) }),
        proposal.reasons.filter(({ code }) => code !== "arrives_at").map((each) => h("li", { text: reason(each) }))),
      own
        ? h("p", { class: "small muted", t: "console.proposals.now" })
        : button({ t: "console.assign", icon: "check", kind: number === 1 && !task.rep ? "primary" : undefined, key: `Alt+${number}`, "data-proposal": String(number),
            ariaLabel: t("console.assign.to", { name: who }), action: () => this.board.moves.move([task], proposal.rep_id, { day: this.day, says: "console.assigned" }) }));
  }

  /** @param {TaskDetail} task @param {Proposals["passed_over"]} passedOver @param {Record<string, number>} others by rule */
  others(task, passedOver, others) {
    const count = passedOver.length + Object.values(others).reduce((sum, more) => sum + more, 0);
    return h("details", { class: "console-fold" },
      h("summary", null, h("span", { t: "console.passed_over", params: { count } })),
      h("ul", { class: "rows" }, passedOver.map((each) => {
        const who = repName(this.board, each.rep_id, each.rep_name);
        return h("li", { class: "row" },
          h("span", { class: "grow" }, h("b", { text: who }), h("small", { text: reason(each.rule) })),
          each.rep_id === task.rep?.id
            ? h("small", { t: "console.proposals.now" })
            : button({ t: "console.assign", ariaLabel: t("console.assign.to", { name: who }), action: (event) => attempt(event.currentTarget, () => this.overrule(task, each)) }));
      })),
      Object.keys(others).length > 0 && h("ul", { class: "console-reasons" }, otherRules(others).map((line) => h("li", { text: line }))));
  }

  /** @param {TaskDetail} task @param {Proposals["passed_over"][number]} each */
  async overrule(task, each) {
    const { moves } = this.board;
    if (each.rule.code === "costlier") await moves.move([task], each.rep_id, { day: this.day, says: "console.assigned" });
    else await moves.overrule([task], each.rep_id, reason(each.rule), { day: this.day, says: "console.assigned" });
  }
}
