// Who could take a task and where in the day, as the server judged it in one reading; and that in words.

import { duration } from "lib/time.js";
import { i18n, t } from "parts/words.js";
import { clockOf, reason } from "pages/console/words.js";

/** @typedef {import("pages/console/types.js").Reason} Reason */
/** @typedef {{after: string | null, before: string | null, rule: string | null, start: number, extra: number, late: number, pushes: number}} Gap seconds; `start` Unix time */
/** @typedef {{id: string, rule: Reason | null, best: number | null, cost: number | null, gaps: Gap[]}} Fit `best`: number of the cheapest gap */
/** @typedef {{task: string, day: string | null, duration: number, blocked: string | null, reps: Map<string, Fit>}} Fits */
/** @typedef {{able: boolean, text: string}} Verdict */

const NOTICED_S = 60;

/** @param {import("lib/api.js").Api} api @param {string} task @param {Record<string, unknown>} [query] @returns {Promise<Fits>} */
export async function readFits(api, task, query = {}) {
  const { reps, day, duration_s, blocked } = await api.get(`/api/tasks/${task}/fits`, { query });
  const rows = /** @type {string[]} */ (reps.id).map((id, at) => [id, { id, rule: reps.rule[at], best: reps.best[at], cost: reps.cost_s[at], gaps: gaps(reps.gaps[at]) }]);
  return { task, day, duration: duration_s, blocked, reps: new Map(/** @type {[string, Fit][]} */ (rows)) };
}

/** @param {Record<string, any[]>} columns @returns {Gap[]} */
function gaps({ after = [], rule = [], start = [], extra_s = [], late_s = [], pushes_s = [] }) {
  return after.map((stop, at) => ({ after: stop, before: after[at + 1] ?? null, rule: rule[at], start: start[at], extra: extra_s[at], late: late_s[at], pushes: pushes_s[at] }));
}

/** The gap in which the cheapest place is, over everybody. @param {Fits} fits @returns {Fit | undefined} */
export function cheapest({ reps }) {
  return [...reps.values()].filter(({ cost }) => cost !== null).sort((a, b) => (a.cost ?? 0) - (b.cost ?? 0))[0];
}

/** Whether a task may go to this place of somebody's day, in one sentence. @param {Fit | undefined} fit @param {Gap | undefined} gap @param {string} who @returns {Verdict} */
export function judge(fit, gap, who) {
  if (!fit) return { able: false, text: t("console.fit.unknown", { name: who }) };
  if (!gap) return { able: false, text: fit.rule ? unable(who, fit.rule) : t("console.fit.begun", { name: who }) };
  if (gap.rule === null) return { able: true, text: [t("console.fit.able", { name: who, time: clockOf(iso(gap.start)), extra: extra(gap.extra) }), gap.pushes >= NOTICED_S && t("console.fit.pushes", { by: duration(i18n, gap.pushes) })].filter(Boolean).join(" ") };
  // A rule about the person says more than one about the place.
  const person = fit.rule && fit.rule.code === gap.rule ? fit.rule : null;
  const why = person ?? { code: gap.rule, params: { at: iso(gap.start) } };
  return { able: false, text: [unable(who, why), gap.late > 0 && t("console.fit.late", { by: duration(i18n, gap.late) })].filter(Boolean).join(" ") };
}

/** As `judge`, of somebody's whole day. @param {Fit | undefined} fit @param {string} who @returns {Verdict} */
export function judgeDay(fit, who) {
  return fit && fit.best === null && fit.rule ? { able: false, text: unable(who, fit.rule) } : judge(fit, fit?.gaps[fit.best ?? -1], who);
}

/** @param {string} who @param {Reason} rule */
function unable(who, rule) {
  return t("console.fit.unable", { name: who, reason: reason(rule) });
}

/** @param {number} seconds */
function extra(seconds) {
  return seconds >= NOTICED_S ? t("console.fit.extra", { by: duration(i18n, seconds) }) : t("console.fit.on_the_way");
}

/** @param {number} seconds */
export function iso(seconds) {
  return new Date(seconds * 1000).toISOString();
}
