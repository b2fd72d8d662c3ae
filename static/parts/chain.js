// A chain of tasks in its order, and its permits with their dates; the console and the phone show the same.

import { permitsOf, standing } from "lib/chain.js";
import { chip } from "parts/chip.js";
import { h } from "parts/dom.js";
import { i18n, nameOf, t } from "parts/words.js";

/** @typedef {import("lib/chain.js").Chain} Chain */
/** @typedef {import("lib/chain.js").Permit} Permit */
/** @typedef {import("lib/chain.js").Step} Step */

/** @type {Record<string, {icon: string, tone: "ok" | "warn" | "bad" | "brand" | ""}>} */
const LOOK = {
  unplaced: { icon: "alert", tone: "warn" }, assigned: { icon: "hand", tone: "" }, accepted: { icon: "check", tone: "brand" },
  travelling: { icon: "car", tone: "brand" }, on_site: { icon: "wrench", tone: "brand" }, done: { icon: "done", tone: "ok" },
  declined: { icon: "close", tone: "warn" }, escalated: { icon: "up", tone: "bad" }, cancelled: { icon: "trash", tone: "bad" },
};

/** @type {Record<string, {icon: string, tone: "ok" | "warn" | "bad"}>} */
const PERMIT = { asked: { icon: "clock", tone: "warn" }, granted: { icon: "check", tone: "ok" }, refused: { icon: "close", tone: "bad" }, expired: { icon: "clock", tone: "bad" } };

/** @param {import("lib/chain.js").StepType} type */
export function stepName(type) {
  return i18n.language === "zh-Hant" ? type.name_zh_hant || type.name : nameOf(type);
}

/** Why a step is not planned, or cannot be begun. @param {string} reason @param {string | null} [until] */
export function keptWords(reason, until = null) {
  return t(`chain.kept.${reason}`, { time: until ? moment(until) : "" });
}

/** A time of today as hours and minutes, of another day with its date. @param {string} at */
export function moment(at) {
  const today = i18n.date(at) === i18n.date(new Date());
  return today ? i18n.time(at) : i18n.time(at, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
}

/** @param {Chain} chain @param {string} here the task that is being looked at @param {((id: string) => void) | null} [open] */
export function chainSteps(chain, here, open = null) {
  return h("ol", { class: "chain" }, chain.steps.map((step) => {
    const own = step.task_id === here;
    const named = h("b", { text: stepName(step.type) });
    return h("li", { data: { state: step.state }, "aria-current": own ? "step" : null },
      h("div", { class: "cluster" },
        open && !own ? h("button", { class: "button quiet chain-open", type: "button", on: { click: () => open(step.task_id) } }, named) : named,
        chip({ t: `common.task_state.${step.state}`, ...LOOK[step.state] })),
      h("p", { class: "small muted", text: said(step).join(" · ") }),
      step.waits_for && h("p", { class: "small", text: keptWords(step.waits_for) }));
  }));
}

/** @param {Step} step @returns {string[]} */
function said({ rep, starts_at, ends_at, before, state }) {
  const lag = Math.max(0, ...before.map(({ lag_min }) => lag_min));
  const time = state === "done" ? ends_at && t("chain.done_at", { time: moment(ends_at) })
    : starts_at && ends_at ? `${moment(starts_at)} – ${moment(ends_at)}` : t("chain.unplanned");
  return [time || "", rep ? nameOf(rep) : "", lag ? t("chain.lag", { count: lag }) : ""].filter(Boolean);
}

/** A permit in two lines. @param {Permit} permit @param {...Node} more */
export function permitRow(permit, ...more) {
  const state = standing(permit, Date.now());
  const dates = permit.valid_from && permit.valid_until ? `${moment(permit.valid_from)} – ${moment(permit.valid_until)}` : t("chain.permit.no_dates");
  return h("li", { data: { state } },
    h("div", { class: "cluster" }, h("b", { t: `chain.permit.${permit.kind}` }), chip({ t: `chain.permit_state.${state}`, ...PERMIT[state] }), more),
    h("p", { class: "small number", text: dates }),
    h("p", { class: "small muted", text: [permit.authority, permit.number].filter(Boolean).join(" · ") }));
}

/** The permits that count for a step, and the kinds of which there is none. @param {Chain} chain @param {string} here @param {(permit: Permit) => Node[]} [more] */
export function permitList(chain, here, more = () => []) {
  const step = chain.steps.find(({ task_id }) => task_id === here);
  if (!step) return null;
  const own = permitsOf(chain, step);
  const missing = step.permits.filter((kind) => !own.some((permit) => permit.kind === kind));
  if (!own.length && !missing.length) return null;
  return h("ul", { class: "chain permits" }, own.map((permit) => permitRow(permit, ...more(permit))),
    missing.map((kind) => h("li", { data: { state: "missing" } }, h("div", { class: "cluster" }, h("b", { t: `chain.permit.${kind}` }), chip({ t: "chain.permit_state.missing", icon: "alert", tone: "bad" })))));
}
