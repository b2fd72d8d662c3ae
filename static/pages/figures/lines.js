// Whose lines are drawn: each with its mark, to be taken away, and others to be added.

import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import { LINES, markOf } from "parts/plot.js";
import { t } from "parts/words.js";
import { called } from "pages/figures/words.js";

/** @typedef {import("pages/figures/words.js").Option} Option */

/** @param {{shown: Option[], choices: Option[], change: (keys: string[]) => void}} told */
export function linesShown({ shown, choices, change }) {
  const keys = shown.map(({ key }) => key);
  const rest = choices.filter(({ key }) => !keys.includes(key) && !key.includes(","));
  const add = rest.length > 0 && keys.length < LINES && h("select", { class: "input figures-add", "data-id": "add", label: "figures.add", on: { change: (event) => change([...keys, event.target.value]) } },
    h("option", { value: "", t: "figures.add" }),
    rest.map((choice) => h("option", { value: choice.key, text: `${called(choice)} (${choice.n})` })));
  return h("ul", { class: "figures-lines", label: "figures.lines" },
    shown.map((each, line) => h("li", null, markOf(line), h("span", { text: called(each) }),
      keys.length > 1 && button({ icon: "close", size: "icon", kind: "quiet", "data-id": `off-${each.key}`, ariaLabel: `${t("figures.off")}: ${called(each)}`, action: () => change(keys.filter((key) => key !== each.key)) }))),
    add && h("li", null, add));
}
