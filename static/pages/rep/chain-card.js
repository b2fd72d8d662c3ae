// What comes before a stop and behind it, its permits with their dates, and why it cannot be begun yet: with the day on this
// phone, also without a network.

import { keptFrom } from "lib/chain.js";
import { chainSteps, keptWords, permitList } from "parts/chain.js";
import { note } from "parts/chip.js";
import { h } from "parts/dom.js";

/** @typedef {import("pages/rep/overlay.js").Task} Task */
/** @typedef {import("pages/rep/work.js").Work} Work */

const TO_COME = ["assigned", "accepted", "travelling"];

/** Why the work cannot be begun now, in words; null: it can. @param {Task} task @param {Work} work @returns {string | null} */
export function keptNow(task, work) {
  if (!task.chain || !TO_COME.includes(task.state)) return null;
  const done = new Map(work.route?.stops.filter((stop) => stop.task.state === "done").map((stop) => [stop.task.id, stop.ends_at]));
  const kept = keptFrom(task.chain, task.id, Date.now(), done);
  return kept && keptWords(kept.reason, kept.until);
}

/** @param {Task} task @param {Work} work @returns {HTMLElement | null} */
export function keptNote(task, work) {
  const words = keptNow(task, work);
  return words === null ? null : note({ text: words, icon: "shield", tone: "warn" });
}

/** @param {Task} task @param {Work} work @returns {HTMLElement | null} */
export function chainCard(task, work) {
  const { chain } = task;
  if (!chain) return null;
  const permits = permitList(chain, task.id);
  if (chain.steps.length < 2 && !permits) return null;
  return h("section", { class: "card stack rep-chain" },
    chain.steps.length > 1 && [h("h3", { t: "rep.chain" }), chainSteps(chain, task.id)],
    permits && [h("h3", { t: "rep.permits" }), permits],
    keptNote(task, work));
}
