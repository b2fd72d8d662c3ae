// What a form's own texts are in the reader's language.

import { i18n, t } from "parts/words.js";

const LANGUAGES = ["zh-Hans", "zh-Hant", "en"];

/** A text in the reader's language, or in the first that there is. @param {Record<string, string> | undefined} words */
export function wordsOf(words) {
  return [i18n.locale, ...LANGUAGES].map((language) => words?.[language]?.trim()).find(Boolean) ?? "";
}

/** A part by its name, or by its code. @param {string} part */
export function partName(part) {
  const key = `faults.part.${part}`;
  return i18n.has(key) ? t(key) : part.replaceAll("_", " ");
}
