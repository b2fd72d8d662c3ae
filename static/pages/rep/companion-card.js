// Who else is there: whoever leads a task sees who comes along, and whoever comes along sees who leads, with the telephone
// number and the moment at which both begin. Read with the day, so also there without a network.

import { spaced } from "lib/phone.js";
import { chip, note } from "parts/chip.js";
import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";
import { i18n, nameOf } from "parts/words.js";

/** @typedef {import("pages/rep/overlay.js").Task} Task */

const BEFORE = ["assigned", "accepted", "travelling"];
const COMES = ["accepted", "travelling", "on_site", "done"];

/** With whom, beside the state of a stop. @param {Task} task */
export function withChip({ partner }) {
  return partner?.rep ? chip({ t: "rep.with", params: { name: nameOf(partner.rep) }, icon: "people", tone: "brand" }) : null;
}

/** @param {Task} task @returns {HTMLElement | null} */
export function companionCard(task) {
  const { partner } = task;
  if (!partner?.rep) return task.needs_two && BEFORE.includes(task.state) ? note({ t: "rep.pair.alone", icon: "alert", tone: "warn" }) : null;
  const { rep, meets_at: at, state } = partner;
  const name = nameOf(rep);
  return h("section", { class: "card stack rep-two" },
    h("h3", { t: task.companion ? "rep.pair.along" : "rep.pair.lead" }),
    h("p", null, h("span", { t: task.companion ? "rep.pair.along.more" : "rep.pair.lead.more", params: { name } }), " ",
      at && BEFORE.includes(task.state) && h("b", { t: "rep.pair.at", params: { time: i18n.time(at) } })),
    !task.companion && h("div", { class: "cluster" }, chip(COMES.includes(state) ? { t: "rep.pair.yes", icon: "check", tone: "ok" } : { t: "rep.pair.asked", icon: "hand", tone: "warn" })),
    rep.phone && h("a", { class: "button", href: `tel:${rep.phone}` }, icon("phone"), h("span", { class: "number nowrap", text: spaced(rep.phone) })));
}
