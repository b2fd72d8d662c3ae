// The types of tasks, read once: their names stand wherever a task is named.

/** @typedef {{code: string, name: string, name_zh_hant: string, name_en: string, category: string, severity: string, skill: string, active: boolean, form: number}} TaskType */

/** Visits that a customer asked for: what they complained of says more than that they did. */
export const ASKED_FOR = ["leak_visit", "complaint"];

/** By code, in the order in which they are offered. @type {Map<string, TaskType>} */
export const types = new Map();

/** @param {import("lib/api.js").Api} api */
export async function readTypes(api) {
  for (const type of await api.get("/api/task-types")) types.set(type.code, type);
}
