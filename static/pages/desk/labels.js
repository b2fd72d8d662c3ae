// Words and icons that several parts of the desk show in the same way.

import { chip } from "parts/chip.js";

const CATEGORY_ICONS = /** @type {Record<string, string>} */ ({
  leak: "drop", no_water: "close", low_pressure: "down", dirty_water: "alert", meter: "meter", other: "more",
});
const LANGUAGES = /** @type {Record<string, string>} */ ({ "zh-Hans": "简体", "zh-Hant": "繁體", en: "English" });
const STATE_TONES = /** @type {Record<string, import("parts/chip.js").Tone>} */ ({
  waiting: "warn", in_call: "brand", wrap_up: "brand", visit: "warn", resolved: "ok", closed: "ok",
});

/** @param {string} category */
export function categoryChip(category) {
  return chip({ t: `common.category.${category}`, icon: CATEGORY_ICONS[category] ?? "more" });
}

/** A language in its own words. @param {string} language */
export function languageChip(language) {
  const element = chip({ text: LANGUAGES[language] ?? language, icon: "language" });
  element.lang = language;
  return element;
}

/** 2 and 3 only: what is routine needs no word. @param {number} priority */
export function urgencyChip(priority) {
  if (priority >= 3) return chip({ t: "desk.priority.danger", icon: "bolt", tone: "bad" });
  if (priority === 2) return chip({ t: "desk.priority.urgent", icon: "alert", tone: "bad" });
  if (priority === 1) return chip({ t: "desk.priority.soon", icon: "flag", tone: "warn" });
  return null;
}

/** @param {string} state */
export function stateChip(state) {
  return chip({ t: `common.request_state.${state}`, tone: STATE_TONES[state] ?? "" });
}

/** @param {string} outcome */
export function outcomeChip(outcome) {
  return chip({ t: `common.outcome.${outcome}`, icon: outcome === "needs_visit" ? "car" : "check", tone: outcome === "needs_visit" ? "warn" : "ok" });
}
