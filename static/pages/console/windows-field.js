// The windows in which a task may be done, as they are written down: a row each, of which one will do.

import { atWallTime, wallTime } from "lib/time.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { i18n, t } from "parts/words.js";

/** @typedef {{start: string, end: string}} Window */

const MOST = 4;

/** @param {Window[]} windows what is there already @param {boolean} [empty] whether there may be none: then no row stands there at first */
export function windowsField(windows, empty = false) {
  const rows = h("div", { class: "stack" });
  const more = button({ t: "console.terms.windows.more", icon: "plus", kind: "quiet", action: () => add() });
  const draw = () => {
    for (const [index, row] of [...rows.children].entries()) row.setAttribute("aria-label", t("console.terms.window", { number: index + 1 }));
    more.hidden = rows.children.length >= MOST;
  };
  /** @param {Window} [window] */
  const add = (window) => {
    const input = (/** @type {string} */ of, /** @type {string | undefined} */ at) =>
      h("input", { class: "input", type: "datetime-local", name: of, label: `console.terms.${of}`, value: at ? wallTime(new Date(at), i18n.timezone) : "" });
    /** @type {HTMLElement} */
    const row = h("div", { class: "console-terms-row", role: "group" }, input("from", window?.start), h("span", { text: "–", "aria-hidden": "true" }), input("until", window?.end),
      button({ icon: "trash", size: "icon", kind: "quiet", label: "console.terms.drop", action: () => {
        row.remove();
        draw();
      } }));
    rows.append(row);
    draw();
  };
  for (const window of windows) add(window);
  if (!windows.length && !empty) add();
  draw();
  return { element: h("div", { class: "stack" }, rows, more), read: () => read(rows) };
}

/** What is written; null where a row says only when it begins or only when it ends: that one is marked. @param {HTMLElement} rows @returns {Window[] | null} */
function read(rows) {
  let whole = true;
  const written = [...rows.children].flatMap((row) => {
    const [from, until] = /** @type {[HTMLInputElement, HTMLInputElement]} */ ([...row.querySelectorAll("input")]);
    for (const input of [from, until]) {
      const lacks = !input.value && Boolean(from.value || until.value);
      input.toggleAttribute("aria-invalid", false);
      if (lacks) input.setAttribute("aria-invalid", "true");
      whole &&= !lacks;
    }
    const [start, end] = [from, until].map(({ value }) => (value ? atWallTime(value, i18n.timezone).toISOString() : ""));
    return start && end ? [{ start, end }] : [];
  });
  return whole ? written : null;
}
