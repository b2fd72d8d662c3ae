// Figures in the reader's words.

import { duration } from "lib/time.js";
import { thin } from "lib/plot.js";
import { i18n, nameOf, t } from "parts/words.js";

/** @typedef {{code: string, name: string, name_zh_hant: string, name_en: string}} Names */
/** @typedef {{key: string, names: Names | null, n: number[], num: number[], den: number[], mean_s: (number | null)[]}} Group */
/** @typedef {{key: string, names: Names | null, n: number}} Option */
/** @typedef {{by: string, weeks: string[], until: string, waiting: boolean, choices: Option[], figures: {figure: string, groups: Group[]}[]}} Told */

/** Figures whose axis always goes up to the whole. */
export const WHOLE = new Set(["first_answer", "in_window", "first_fix", "balance"]);

/** @param {{key: string, names: Names | null}} of */
export function called({ key, names }) {
  if (!names) return key || t("figures.everything");
  const name = i18n.language === "zh-Hant" ? names.name_zh_hant || names.name : nameOf({ name: names.name, name_en: names.name_en });
  return name && name !== names.code ? `${names.code} ${name}` : names.code;
}

/** @param {Group} group @returns {import("lib/plot.js").Point[]} */
export function pointsOf({ n, num, den }) {
  return n.map((count, at) => ({ n: count, value: den[at] ? (num[at] ?? 0) / (den[at] ?? 1) : null }));
}

/** @param {number} value */
export function percent(value) {
  return i18n.number(value, { style: "percent", maximumFractionDigits: value > 0 && value < 0.1 ? 1 : 0 });
}

/** A date as it is wherever the reader sits. @param {string} day */
export function dayOf(day) {
  return new Intl.DateTimeFormat(i18n.locale, { timeZone: "UTC", year: "numeric", month: "short", day: "numeric" }).format(new Date(`${day}T12:00Z`));
}

/** A week's place on the axis. @param {string} day */
export function shortDay(day) {
  return new Intl.DateTimeFormat(i18n.locale, { timeZone: "UTC", month: "numeric", day: "numeric" }).format(new Date(`${day}T12:00Z`));
}

/** A point in words: whose, when, how much of how many. @param {string} figure @param {Group} group @param {string} week @param {number} at */
export function tell(figure, group, week, at) {
  const point = pointsOf(group)[at] ?? { n: 0, value: null };
  const of = `figures.of.${figure}`;
  const spans = figure === "travel_share" || figure === "overtime" || figure === "balance";
  const [num, den] = [group.num[at] ?? 0, group.den[at] ?? 0];
  const counted = spans ? { num: span(num), den: span(den) } : { num, den };
  const mean = group.mean_s[at];
  return [
    called(group), t("figures.week", { day: dayOf(week) }),
    thin(point) ? t("figures.thin", { count: point.n }) : percent(point.value ?? 0),
    t(of, { ...counted, n: point.n }),
    typeof mean === "number" && t("figures.mean", { time: duration(i18n, mean) }),
  ].filter(Boolean).join(" · ");
}

/** Hours of many. @param {number} seconds */
export function span(seconds) {
  return t("figures.hours", { hours: i18n.number(seconds / 3600, { maximumFractionDigits: 1 }) });
}
