// How long something still takes until a moment: it goes on by itself, and follows the reader's language.

import { duration } from "lib/time.js";
import { h } from "parts/dom.js";
import { i18n } from "parts/words.js";

const LOOK_MS = 5_000;

/** @param {string} until as the API tells it @param {(left: string) => string} words of the time that is left; "" of none @param {Record<string, unknown>} [props] */
export function left(until, words, props = {}) {
  const element = h("span", props);
  const say = () => {
    const ms = Date.parse(until) - Date.now();
    const text = words(ms > 0 ? duration(i18n, ms / 1000) : "");
    if (element.textContent !== text) element.textContent = text;
  };
  say();
  const timer = setInterval(() => (element.isConnected ? say() : clearInterval(timer)), LOOK_MS);
  return element;
}
