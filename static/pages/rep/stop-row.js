// One stop as a row; the words and chips that the card and the task use too.

import { h } from "parts/dom.js";
import { chip } from "parts/chip.js";
import { announcedChip } from "pages/rep/announced.js";
import { withChip } from "pages/rep/companion-card.js";
import { icon } from "parts/icon.js";
import { i18n, nameOf, t } from "parts/words.js";

/** @typedef {import("pages/rep/overlay.js").Stop} Stop */
/** @typedef {import("pages/rep/overlay.js").Task} Task */

/** @type {Record<string, {icon: string, tone: "ok" | "warn" | "bad" | "brand" | ""}>} */
const LOOK = {
  assigned: { icon: "hand", tone: "warn" },
  accepted: { icon: "check", tone: "brand" },
  travelling: { icon: "car", tone: "brand" },
  on_site: { icon: "wrench", tone: "brand" },
  done: { icon: "done", tone: "ok" },
};

const ASKED_FOR = ["leak_visit", "complaint"];

/** @param {{name: string, name_en: string, name_zh_hant: string}} type */
export function typeName(type) {
  return i18n.language === "zh-Hant" ? type.name_zh_hant || type.name : nameOf(type);
}

/** @param {Task} task */
export function stateChip(task) {
  const look = LOOK[task.state] ?? { icon: "info", tone: "" };
  return chip({ t: `common.task_state.${task.state}`, ...look });
}

/** @param {Task} task */
export function lateChip(task) {
  return task.late_s > 0 && task.state !== "done" ? chip({ t: "rep.late", params: { minutes: Math.ceil(task.late_s / 60) }, icon: "clock", tone: "bad" }) : null;
}

/** What is wrong, as exactly as it is known. @param {Task} task */
export function title(task) {
  const known = task.fault && i18n.has(`faults.${task.fault}`);
  if (known) return t(`faults.${task.fault}`);
  // What a customer complained of says more than that they did.
  return task.type && !ASKED_FOR.includes(task.type.code) ? typeName(task.type) : t(`common.category.${task.category}`);
}

/** What the time of a stop is: the plan's until the representative stands there. @param {Task} task */
export function startKey(task) {
  return task.state === "on_site" ? "rep.arrived" : "rep.arrival";
}

/** @param {Stop} stop */
export function when(stop) {
  return i18n.time(stop.task.state === "done" ? stop.ends_at : stop.starts_at);
}

/** @param {Stop} stop @param {import("pages/rep/places.js").Places} places @param {import("pages/rep/announced.js").Announced | null} announced */
export function stopRow(stop, places, announced) {
  const { task } = stop;
  return h("li", null,
    h("button", { class: "row rep-stop", type: "button", data: { state: task.state }, on: { click: () => places.open(task.id) } },
      h("span", { class: "rep-time number", text: when(stop) }),
      h("span", { class: "stack grow", style: null },
        h("b", { text: title(task) }),
        h("span", { class: "muted small", text: task.address || t("rep.no_address") }),
        h("span", { class: "cluster" }, stateChip(task), withChip(task), lateChip(task), announcedChip(announced, task.id), stop.waiting && chip({ t: "rep.sync.not_sent", icon: "queue", tone: "warn" }))),
      icon("next")));
}
