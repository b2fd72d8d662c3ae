// Fixed now, advice, or a visit. What does not follow from the verdict can still be chosen: the server says why not.

import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";

const OUTCOMES = /** @type {[string, string][]} */ ([["fixed", "check"], ["advice", "chat"], ["needs_visit", "car"]]);

/** @param {(value: string) => void} change */
export function outcomeChoice(change) {
  const tiles = OUTCOMES.map(([value, picture]) => h("label", { class: "outcome" },
    h("input", { type: "radio", name: "outcome", value, on: { change: () => change(value) } }),
    icon(picture), h("span", null, h("b", { t: `common.outcome.${value}` }), h("small", { t: `desk.outcome.${value}` }))));
  const element = h("div", { class: "outcomes", role: "radiogroup", label: "desk.result.outcome" }, tiles);
  return {
    element,
    /** @param {string} now @param {string[] | null} allowed null: not known before the verdict is written down */
    draw(now, allowed) {
      for (const tile of tiles) {
        const input = /** @type {HTMLInputElement} */ (tile.querySelector("input"));
        input.checked = input.value === now;
        tile.toggleAttribute("data-doubtful", allowed !== null && !allowed.includes(input.value));
      }
    },
  };
}
