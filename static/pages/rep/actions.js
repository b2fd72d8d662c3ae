// What a representative can do with a task. One main action at a time; the rest behind a second button.

import { h } from "parts/dom.js";
import { attempt, button } from "parts/button.js";
import { ask, sheet } from "parts/dialog.js";
import { i18n, t } from "parts/words.js";
import { askReason } from "pages/rep/reason.js";
import { escalate } from "pages/rep/escalate.js";
import { keptNow } from "pages/rep/chain-card.js";
import { finish } from "pages/rep/finish.js";
import { readDangers } from "pages/rep/site-card.js";

/** @typedef {import("pages/rep/overlay.js").Stop} Stop */
/** @typedef {import("pages/rep/work.js").Work} Work */
/** @typedef {import("parts/page.js").Page} Page */
/** @typedef {import("pages/rep/sites.js").Sites} Sites */

/** The first of these that is allowed is the main one. */
const ROAD = /** @type {const} */ ([
  { event: "complete", kind: "completion", icon: "done" },
  { event: "accept", kind: "acceptance", icon: "check" },
  { event: "travel", kind: "travel", icon: "car" },
  { event: "arrive", kind: "arrival", icon: "pin" },
]);

/** Before these the dangers of the place are read. */
const GOING = new Set(["travel", "arrive"]);

/** The one thing to do now. @param {Stop} stop @param {Work} work @param {Page} page @param {Sites} sites @returns {HTMLElement | null} */
export function mainAction(stop, work, page, sites) {
  const { task } = stop;
  const step = ROAD.find(({ event }) => task.allowed.includes(event));
  if (!step) return null;
  const act = async (/** @type {Event} */ event) => {
    if (step.event === "arrive" && tooSoon(task, work, page)) return undefined;
    if (step.event === "complete") return attempt(event.currentTarget, () => finish(task, work, page));
    if (GOING.has(step.event) && sites.unread(task.id).length) return attempt(event.currentTarget, async () => (await readDangers(sites, task.id)) && go());
    return go();
  };
  const go = async () => {
    navigator.vibrate?.(30);
    const action = await work.act(step.kind, task.id, {}, { hold: true });
    page.toast.show({ t: `rep.did.${step.event}`, undo: () => takeBack(action, work, page) });
  };
  return button({ t: `rep.do.${step.event}`, icon: step.icon, kind: "primary", size: "main", class: "button rep-main", action: act });
}

/** Whether the work must not be begun yet; then it is said why. @param {import("pages/rep/overlay.js").Task} task @param {Work} work @param {Page} page */
function tooSoon(task, work, page) {
  const why = keptNow(task, work);
  if (why !== null) page.toast.show({ text: why, tone: "bad", seconds: 9 });
  return why !== null;
}

/** Ten seconds for a thumb that slipped. @param {import("lib/outbox.js").Action} action @param {Work} work @param {Page} page */
async function takeBack(action, work, page) {
  const gone = await work.outbox.takeBack(action.id);
  page.toast.show(gone ? { t: "rep.did.undo" } : { t: "rep.did.undo_late", tone: "bad" });
  void work.sync();
}

/** No to a new task, one tap beside yes; the reason is the second. @param {Stop} stop @param {Work} work @param {Page} page */
export function declineAction({ task }, work, page) {
  if (task.state !== "assigned" || !task.allowed.includes("decline")) return null;
  return button({ t: "rep.do.decline", icon: "close", class: "button rep-decline", action: (event) => attempt(event.currentTarget, () => reasoned("declination", "decline", task, work, page)) });
}

/** @param {string} kind @param {string} about @param {import("pages/rep/overlay.js").Task} task @param {Work} work @param {Page} page */
async function reasoned(kind, about, task, work, page) {
  const reason = await askReason(about);
  if (!reason) return;
  await work.act(kind, task.id, { reason });
  page.toast.show({ t: `rep.did.${about}` });
}

/** Decline, arrive without travelling, hand over: what is allowed besides. @param {Stop} stop @param {Work} work @param {Page} page @param {Sites} sites */
export function moreAction(stop, work, page, sites) {
  const { task } = stop;
  const main = ROAD.find(({ event }) => task.allowed.includes(event))?.event;
  const more = ["arrive", "not_home", "decline", "escalate"].filter((event) => task.allowed.includes(event) && event !== main && !(event === "decline" && task.state === "assigned")); // that stands beside it
  if (!more.length) return null;
  return button({ t: "rep.more", icon: "more", action: (event) => attempt(event.currentTarget, async () => {
    const wish = await sheet({ t: "rep.more.title", body: [h("p", { class: "muted", t: "rep.more.hint" })],
      actions: more.map((event) => ({ value: event, t: `rep.do.${event}`, icon: { arrive: "pin", not_home: "home", decline: "close", escalate: "up" }[event] })) });
    if (wish === "arrive" && !tooSoon(task, work, page) && (await readDangers(sites, task.id))) {
      const action = await work.act("arrival", task.id, {}, { hold: true });
      page.toast.show({ t: "rep.did.arrive", undo: () => takeBack(action, work, page) });
    }
    if (wish === "decline") await reasoned("declination", "decline", task, work, page);
    if (wish === "not_home") await notHome(task, work, page);
    if (wish === "escalate") await escalate(task, work, page);
  }) });
}

/** Nobody opens: what to write on the card, and off to the next door. @param {import("pages/rep/overlay.js").Task} task @param {import("pages/rep/work.js").Work} work @param {import("parts/page.js").Page} page */
async function notHome(task, work, page) {
  const words = t("rep.card.words", { time: i18n.time(new Date()), phone: page.shell.phone || "—" });
  const wish = await ask({ t: "rep.card.title", text: "rep.card.lead", body: [h("blockquote", { class: "rep-words", text: words })],
    actions: [{ value: "", t: "common.back" }, { value: "yes", t: "rep.card.left", kind: "primary", icon: "check" }] });
  if (wish !== "yes") return;
  await work.act("not_home", task.id);
  page.toast.show({ t: "rep.card.done" });
}
