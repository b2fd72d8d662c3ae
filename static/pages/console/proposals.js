// The best three places for a task, each with its reasons, and everyone else with the first rule that failed. One press
// assigns; Alt+1 to Alt+3 do the same from the keyboard. What somebody already has, folds: moving it is the exception.

import { duration } from "lib/time.js";
import { h } from "parts/dom.js";
import { attempt, button } from "parts/button.js";
import { note } from "parts/chip.js";
import { ask } from "parts/dialog.js";
import { failed, skeleton } from "parts/empty.js";
import { i18n, t } from "parts/words.js";
import { moving } from "pages/console/moving.js";
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
  draw(task, { best, passed_over, others, travel_source, unplaced_reason }) {
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
            ariaLabel: t("console.assign.to", { name: who }), action: () => this.assign(task, proposal.rep_id, who) }));
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
            : button({ t: "console.assign", ariaLabel: t("console.assign.to", { name: who }), action: (event) => attempt(event.currentTarget, () => this.overrule(task, each, who)) }));
      })),
      Object.keys(others).length > 0 && h("ul", { class: "console-reasons" }, otherRules(others).map((line) => h("li", { text: line }))));
  }

  /** @param {TaskDetail} task @param {Proposals["passed_over"][number]} each @param {string} who */
  async overrule(task, each, who) {
    const able = each.rule.code === "costlier";
    const sure = able || (await ask({ t: "console.overrule.title", params: { name: who }, body: [h("p", { class: "note", data: { tone: "warn" }, text: reason(each.rule) }), h("p", { t: "console.overrule.text" })],
      actions: [{ value: "", t: "common.cancel" }, { value: "yes", t: "console.assign", kind: "danger" }] })) === "yes";
    if (sure) await this.assign(task, each.rep_id, who, !able);
  }

  /** @param {TaskDetail} task @param {string} repId @param {string} who @param {boolean} [overrule] */
  async assign(task, repId, who, overrule = false) {
    const { page } = this.board;
    const path = `/api/tasks/${task.id}`;
    await moving(this.board, task.id, async () => {
      const now = await page.api.post(`${path}/assignment`, { rep_id: repId, version: task.version, overrule });
      page.toast.show({ t: "console.assigned", params: { name: who }, undo: this.undoing(task, now.version) });
    });
  }

  /** The way back: to whoever had it, or to the inbox. @param {TaskDetail} before @param {number} version */
  undoing(before, version) {
    const { api } = this.board.page;
    const path = `/api/tasks/${before.id}`;
    const back = before.rep
      ? () => api.post(`${path}/assignment`, { rep_id: before.rep?.id, version, overrule: true })
      : before.state === "unplaced" ? () => api.post(`${path}/return`, { version, reason: t("console.undone") }) : null;
    return back ? () => moving(this.board, before.id, back, true) : undefined;
  }
}
