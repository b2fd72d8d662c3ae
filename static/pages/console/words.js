// Codes and parameters in the reader's words.

import { duration } from "lib/time.js";
import { i18n, nameOf, t } from "parts/words.js";
import { ASKED_FOR, types } from "pages/console/task-types.js";

/** @typedef {import("pages/console/types.js").Reason} Reason */
/** @typedef {import("pages/console/types.js").Task} Task */

/** @type {Map<string, {name: string, name_en: string}>} by the codes that reasons use */
const people = new Map();

/** Whose names reasons may say. @param {{code: string, name: string, name_en: string}[]} reps */
export function know(reps) {
  for (const rep of reps) people.set(rep.code, rep);
}

/** A reason of the planner, the coverage or the importer. @param {Reason} reason */
export function reason({ code, params }) {
  const written = Object.fromEntries(Object.entries(params ?? {}).map(([name, value]) => [name, `${name}_code` in params ? country(String(params[`${name}_code`]), value) : parameter(name, value)]));
  const key = `reasons.${code}`;
  return i18n.has(key) ? t(key, written) : i18n.coded(code, written) ?? code;
}

/** A country in the reader's language; the open sea has no code. @param {string} code @param {unknown} english */
function country(code, english) {
  return code ? new Intl.DisplayNames(i18n.locale, { type: "region" }).of(code) : i18n.locale === "en" ? english : t("common.open_sea");
}

/** @param {string} key @param {unknown} value @returns {unknown} */
function parameter(key, value) {
  if (key.endsWith("_s") && typeof value === "number") return duration(i18n, value);
  if (key === "rep") return people.has(String(value)) ? name(/** @type {{name: string, name_en: string}} */ (people.get(String(value)))) : value;
  if ((key === "owners" || key === "people") && typeof value === "string") return value.split(", ").map((code) => parameter("rep", code)).join(", ");
  if (key === "skill") return t(`common.skill.${value}`);
  if (key === "parts" && value && typeof value === "object") {
    return i18n.list(Object.entries(value).map(([part, count]) => `${part_(part)} × ${count}`));
  }
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)) return i18n.time(value);
  if (Array.isArray(value)) return i18n.list(value.map(String));
  return value;
}

/** @param {string} code */
export function part_(code) {
  return i18n.has(`faults.part.${code}`) ? t(`faults.part.${code}`) : code.replaceAll("_", " ");
}

/** What is wrong, as exactly as it is known. @param {{fault: string, category: string, type?: string | import("pages/console/types.js").TypeOfTask | null}} task */
export function title(task) {
  if (task.fault && i18n.has(`faults.${task.fault}`)) return t(`faults.${task.fault}`);
  const type = typeof task.type === "string" ? types.get(task.type) : task.type;
  // What a customer complained of says more than that they did.
  return type && !ASKED_FOR.includes(type.code) ? name(type) : t(`common.category.${task.category}`);
}

/** By its name in the reader's language. @param {{name: string, name_en: string, name_zh_hant?: string}} named */
export function name(named) {
  return i18n.language === "zh-Hant" ? named.name_zh_hant || named.name : nameOf(named);
}

/** Why a task waits for a dispatcher. @param {Pick<Task, "state" | "escalation_reason" | "unplaced_reason">} task */
export function whyHere(task) {
  if (task.state === "escalated") return task.escalation_reason || t("reasons.escalated");
  return task.unplaced_reason ? reason({ code: task.unplaced_reason, params: {} }) : "";
}

/** @type {Record<string, {icon: string, tone: "ok" | "warn" | "bad" | "brand" | ""}>} */
export const LOOK = {
  unplaced: { icon: "alert", tone: "bad" }, assigned: { icon: "hand", tone: "warn" }, accepted: { icon: "check", tone: "brand" },
  travelling: { icon: "car", tone: "brand" }, on_site: { icon: "wrench", tone: "brand" }, done: { icon: "done", tone: "ok" },
  declined: { icon: "close", tone: "warn" }, escalated: { icon: "up", tone: "bad" }, cancelled: { icon: "trash", tone: "" },
};

/** @type {Record<string, {icon: string, tone: "ok" | "warn" | "bad"}>} worst first */
export const COVERAGE = {
  late: { icon: "clock", tone: "bad" }, uncovered: { icon: "alert", tone: "bad" }, thin: { icon: "people", tone: "warn" }, covered: { icon: "check", tone: "ok" },
};

/** A time of today as hours and minutes, of another day with its date. @param {string | null | undefined} at */
export function clockOf(at) {
  if (!at) return "–";
  const sameDay = i18n.date(at) === i18n.date(new Date());
  return sameDay ? i18n.time(at) : i18n.time(at, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
}

/** From, until. @param {string} from @param {string} until */
export function span(from, until) {
  const sameDay = i18n.date(from) === i18n.date(until);
  return `${clockOf(from)} – ${sameDay ? i18n.time(until) : clockOf(until)}`;
}

/** How many others were passed over, by the rule that failed first. @param {Record<string, number>} others @returns {string[]} */
export function otherRules(others) {
  return Object.entries(others).sort(([, a], [, b]) => b - a).map(([rule, count]) => {
    const key = `console.rule.${rule}`;
    return t("console.rule.count", { count, rule: i18n.has(key) ? t(key) : rule.replaceAll("_", " ") });
  });
}

/** Somebody by the name in the reader's language, where the board knows it. @param {import("pages/console/board.js").Board} board @param {string} id @param {string} fallback */
export function repName(board, id, fallback) {
  const rep = board.reps.get(id);
  return rep ? name(rep) : fallback;
}

/** What somebody carries or needs. @param {Record<string, number>} parts */
export function partList(parts) {
  return i18n.list(Object.entries(parts).map(([part, count]) => `${part_(part)} × ${count}`));
}
