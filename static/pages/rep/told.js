// What a representative has to be told about tasks that changed hands: work that was done without having the task,
// tasks that left this phone and why, and what the server would not take.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { ask } from "parts/dialog.js";
import { i18n, t, nameOf } from "parts/words.js";
import { title } from "pages/rep/stop-row.js";

/** @typedef {import("pages/rep/overlay.js").Conflict} Conflict */
/** @typedef {import("pages/rep/overlay.js").Person} Person */
/** @typedef {import("pages/rep/overlay.js").Task} Task */
/** @typedef {import("pages/rep/work.js").Work} Work */

const SEEN = "seen";

/** Somebody else reports work on this task: who goes there should know before. @param {Task} task @returns {HTMLElement | null} */
export function heardOf(task) {
  const open = (task.conflicts ?? []).filter((each) => each.state === "open" && each.claim !== "under_way");
  if (!open.length) return null;
  return h("div", { class: "stack" }, open.map((conflict) => note(
    { t: `rep.heard.${conflict.claim}`, params: { name: nameOf(conflict.rep), time: last(conflict) }, icon: "alert", tone: "warn", role: "status" },
    ...[h("p", { t: "rep.heard.wait" }), words(conflict), photos(conflict)].filter((part) => part !== null))));
}

/** Everything of this kind above the day. @param {Work} work @returns {HTMLElement[]} */
export function told(work) {
  const route = work.route;
  const seen = new Set(work.seen);
  const reports = (route?.reports ?? []).filter((each) => !seen.has(mark(each)));
  const reported = new Set((route?.reports ?? []).map((each) => each.task_id));
  const gone = (route?.gone ?? []).filter((each) => !reported.has(each.task_id) && !LOUD.has(each.why) && !seen.has(each.task_id + each.at));
  return [
    ...work.refused.map((each) => refusedCard(each, work)),
    ...reports.map((each) => reportCard(each, work)),
    ...gone.map((each) => h("article", { class: "card rep-told" },
      h("h3", { t: `rep.gone.${each.why}` }), h("p", { text: where(each) }), h("p", { class: "small muted", t: `rep.gone.${each.why}.more`, params: { time: i18n.time(each.at) } }),
      known(() => work.see(each.task_id + each.at)))),
  ];
}

/** Why a task left because its own representative said so: nothing to be told. */
const LOUD = new Set(["declined", "escalated"]);

/** @param {Conflict} conflict @param {Work} work */
function reportCard(conflict, work) {
  return h("article", { class: "card rep-told" },
    h("h3", { t: `rep.report.${conflict.state}` }),
    h("p", { text: where(conflict) }),
    h("p", { t: conflict.holder && conflict.holder.id !== conflict.rep.id ? "rep.report.holder" : `rep.report.task.${conflict.task_state === "cancelled" ? "cancelled" : "own"}`, params: { name: conflict.holder ? nameOf(conflict.holder) : "" } }),
    conflict.state === "open" && h("p", { class: "muted", t: `rep.report.proposal.${conflict.proposal}` }),
    words(conflict), photos(conflict),
    conflict.state !== "open" && known(() => work.see(mark(conflict))));
}

/** What the server would not take stays here until its owner throws it away. @param {import("lib/outbox.js").Refused} refused @param {Work} work */
function refusedCard({ action, result }, work) {
  const body = /** @type {{note?: string, reason?: string, proofs?: string[]}} */ (action.body);
  const text = [body.note, body.reason].filter(Boolean).join("\n");
  return h("article", { class: "card rep-told", data: { tone: "bad" } },
    h("h3", { t: "rep.refused" }),
    h("p", { text: `${t(`rep.kind.${action.kind}`)} · ${i18n.time(action.at)}` }),
    h("p", { class: "muted", text: i18n.error(result.error) }),
    text && h("p", { class: "rep-words", text }),
    Boolean(body.proofs?.length) && h("p", { class: "small muted", t: "rep.refused.photos", params: { count: body.proofs?.length ?? 0 } }),
    button({ t: "rep.refused.discard", icon: "trash", action: async () => {
      const sure = await ask({ t: "rep.refused.sure", text: "rep.refused.lost", actions: [{ value: "", t: "common.cancel", kind: "primary" }, { value: "yes", t: "rep.refused.discard", kind: "danger" }] });
      if (sure === "yes") await work.discard(action);
    } }));
}

/** @param {() => unknown} seen */
function known(seen) {
  return button({ t: "rep.told.seen", kind: "quiet", action: seen });
}

/** A report is news again when its state changes. @param {Conflict} conflict */
function mark(conflict) {
  return `${SEEN}:${conflict.id}:${conflict.state}`;
}

/** @param {{address: string, category: string, fault: string}} about */
function where(about) {
  return [title(/** @type {Task} */ (/** @type {unknown} */ (about))), about.address].filter(Boolean).join(" · ");
}

/** @param {Conflict} conflict */
function words(conflict) {
  const said = conflict.acts.flatMap((act) => [act.note, act.reason]).filter(Boolean);
  return said.length ? h("p", { class: "rep-words", text: said.join("\n") }) : null;
}

/** @param {Conflict} conflict */
function photos({ proofs }) {
  return proofs.length ? h("p", { class: "small muted", t: "rep.report.photos", params: { count: proofs.length } }) : null;
}

/** @param {Conflict} conflict */
function last(conflict) {
  return i18n.time(conflict.acts[conflict.acts.length - 1]?.at ?? "");
}
