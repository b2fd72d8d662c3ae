// Times that go on by themselves: one timer for the page, each clock an element that knows since when.

import { clock } from "lib/time.js";
import { h } from "parts/dom.js";

/** @param {number} since milliseconds, this device's clock @param {{class?: string}} [more] */
export function ticking(since, more = {}) {
  const element = h("span", { class: `number ${more.class ?? ""}`.trim(), data: { since } });
  write(element);
  return element;
}

/** @param {HTMLElement} element */
function write(element) {
  const text = clock((Date.now() - Number(element.dataset["since"])) / 1000);
  if (element.textContent !== text) element.textContent = text;
}

setInterval(() => {
  for (const element of document.querySelectorAll("[data-since]")) write(/** @type {HTMLElement} */ (element));
}, 1000);
