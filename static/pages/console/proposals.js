// The best three places for a task, each with its reasons, and everyone else with the first rule that failed. One press
// assigns; Alt+1 to Alt+3 do the same from the keyboard.

import { ApiError } from "lib/api.js";
import { duration } from "lib/time.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { ask } from "parts/dialog.js";
import { failed, skeleton } from "parts/empty.js";
import { i18n } from "parts/words.js";
import { placeForm } from "pages/console/place-form.js";
import { reason } from "pages/console/words.js";

/** @typedef {import("pages/console/types.js").TaskDetail} TaskDetail */
/** @typedef {import("pages/console/types.js").Proposals} Proposals */
/** @typedef {import("pages/console/types.js").Proposal} Proposal */

export class Proposing {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    this.element = h("section", { class: "stack console-proposals", label: "console.proposals" });
    /** @type {TaskDetail | null} */
    this.task = null;
    addEventListener("keydown", (event) => {
      const number = event.altKey ? ["Digit1", "Digit2", "Digit3"].indexOf(event.code) : -1;
      if (number < 0 || !this.element.isConnected) return;
      event.preventDefault();
      /** @type {HTMLElement | undefined} */ ([...this.element.querySelectorAll("[data-proposal]")][number])?.click();
    });
  }

  /** @param {TaskDetail} task */
  show(task) {
    this.task = task;
    if (task.lat === null) {
      this.element.replaceChildren(h("h3", { t: "console.place.title" }), placeForm(task, this.board));
      return this.element;
    }
    this.element.replaceChildren(h("h3", { t: "console.proposals" }), skeleton(3));
    void this.fetch(task);
    return this.element;
  }

  /** @param {TaskDetail} task */
  async fetch(task) {
    try {
      /** @type {Proposals} */
      const found = await this.board.page.api.get(`/api/tasks/${task.id}/proposals`);
      if (this.task === task) this.draw(task, found);
    } catch (error) {
      this.element.replaceChildren(h("h3", { t: "console.proposals" }), failed(error, () => this.fetch(task)));
    }
  }

  /** @param {TaskDetail} task @param {Proposals} found */
  draw(task, { best, passed_over, travel_source, unplaced_reason }) {
    const outside = unplaced_reason === "outside_zones";
    this.element.replaceChildren(
      h("h3", { t: "console.proposals" }),
      ...(outside ? [note({ t: "reasons.outside_zones", icon: "zone", tone: "warn" })] : []),
      ...(best.length ? [] : [note({ t: "console.proposals.none", icon: "alert", tone: "warn" })]),
      h("ol", { class: "stack tight" }, best.map((proposal, index) => this.card(task, proposal, index + 1))),
      ...(passed_over.length ? [this.others(task, passed_over)] : []),
      ...(travel_source === "haversine" ? [h("p", { class: "small muted", t: "console.proposals.estimate" })] : []),
      ...(outside ? [placeForm(task, this.board)] : []));
  }

  /** @param {TaskDetail} task @param {Proposal} proposal @param {number} number */
  card(task, proposal, number) {
    return h("li", { class: "console-proposal" },
      h("div", { class: "split" },
        h("b", { text: proposal.rep_name }),
        h("span", { class: "number", text: `${i18n.time(proposal.starts_at)} · +${duration(i18n, Math.max(60, proposal.extra_travel_s))}` })),
      h("ul", { class: "console-reasons" }, proposal.reasons.map((each) => h("li", { text: reason(each) }))),
      button({ t: "console.assign", icon: "check", kind: number === 1 ? "primary" : undefined, key: `Alt+${number}`, "data-proposal": String(number),
        action: () => this.assign(task, proposal.rep_id, proposal.rep_name) }));
  }

  /** @param {TaskDetail} task @param {Proposals["passed_over"]} passedOver */
  others(task, passedOver) {
    return h("details", { class: "console-fold" },
      h("summary", null, h("span", { t: "console.passed_over", params: { count: passedOver.length } })),
      h("ul", { class: "rows" }, passedOver.map((each) => h("li", { class: "row" },
        h("span", { class: "grow" }, h("b", { text: each.rep_name }), h("small", { text: reason(each.rule) })),
        button({ t: "console.assign", action: () => this.overrule(task, each) })))));
  }

  /** @param {TaskDetail} task @param {Proposals["passed_over"][number]} each */
  async overrule(task, each) {
    const able = each.rule.code === "costlier";
    const sure = able || (await ask({ t: "console.overrule.title", params: { name: each.rep_name }, body: [h("p", { text: reason(each.rule) }), h("p", { t: "console.overrule.text" })],
      actions: [{ value: "", t: "common.cancel" }, { value: "yes", t: "console.assign", kind: "danger" }] })) === "yes";
    if (sure) await this.assign(task, each.rep_id, each.rep_name, !able);
  }

  /** @param {TaskDetail} task @param {string} repId @param {string} repName @param {boolean} [overrule] */
  async assign(task, repId, repName, overrule = false) {
    const { page } = this.board;
    const before = task.rep;
    try {
      const now = await page.api.post(`/api/tasks/${task.id}/assignment`, { rep_id: repId, version: task.version, overrule });
      page.toast.show({ t: "console.assigned", params: { name: repName },
        undo: before ? () => page.api.post(`/api/tasks/${task.id}/assignment`, { rep_id: before.id, version: now.version, overrule: true }) : undefined });
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "stale_version") throw error;
      page.toast.show({ t: "console.stale", tone: "bad" });
    }
    this.board.soon(["tasks", "reps", "zones"]);
  }
}
