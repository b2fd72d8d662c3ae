// One to five stars, as radio buttons underneath, so that keys and readers know them.

import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";
import { i18n } from "parts/words.js";

/** @param {{name?: string, label: string, value?: number, word: (score: number) => string, change: (score: number) => void}} props `label` is a key */
export function stars({ name = "score", label, value: given = 0, word, change }) {
  const element = h("div", { class: "stars", role: "radiogroup", label });
  /** @param {number} score */
  const light = (score) => {
    for (const [index, star] of [...element.children].entries()) star.toggleAttribute("data-on", index < score);
  };
  element.append(
    ...[1, 2, 3, 4, 5].map((score) =>
      h("label", null,
        icon("star"),
        h("input", {
          type: "radio", name, value: score, checked: score === given, ariaLabel: `${i18n.number(score)} – ${word(score)}`,
          on: {
            change: () => {
              light(score);
              change(score);
            },
          },
        }))),
  );
  light(given);
  return element;
}
