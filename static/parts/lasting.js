// How long something has lasted: it goes on by itself, and follows the reader's language.

import { duration, elapsed } from "lib/time.js";
import { h } from "parts/dom.js";
import { i18n } from "parts/words.js";

const LOOK_MS = 5_000;

/** @param {string} since when it began, as the API tells it */
export function lasting(since) {
  const element = h("span", { class: "number", data: { lasting: since } });
  say(element);
  return element;
}

/** @param {HTMLElement} element */
function say(element) {
  const text = duration(i18n, elapsed(element.dataset["lasting"] ?? "", new Date()));
  if (element.textContent !== text) element.textContent = text;
}

setInterval(() => {
  for (const element of document.querySelectorAll("[data-lasting]")) say(/** @type {HTMLElement} */ (element));
}, LOOK_MS);
