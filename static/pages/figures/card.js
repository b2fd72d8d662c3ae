// One figure: its plot, its definition a tap away, its picture to keep.

import { LINES, pictureOf, plot } from "parts/plot.js";
import { attempt, button } from "parts/button.js";
import { sheet } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { nothing } from "parts/empty.js";
import { t } from "parts/words.js";
import { showTasks } from "pages/figures/tasks.js";
import { WHOLE, called, percent, pointsOf, shortDay, tell } from "pages/figures/words.js";

/** @typedef {import("pages/figures/words.js").Told} Told */

/** @param {import("parts/page.js").Page} page @param {Told} told @param {string} figure @param {() => void} stations how people's figures are reached */
export function card(page, told, figure, stations) {
  const groups = told.figures.find((one) => one.figure === figure)?.groups.slice(0, LINES) ?? [];
  const lines = groups.map((group) => ({ name: called(group), points: pointsOf(group) }));
  const some = lines.some(({ points }) => points.some(({ value }) => value !== null));
  const words = h("p", { class: "figures-words muted", t: "figures.look" });
  const drawn = some
    ? plot({
        label: t(`figures.${figure}`), columns: told.weeks.map(shortDay), lines, whole: WHOLE.has(figure), percent,
        tell: (line, at) => tell(figure, groups[line] ?? groups[0] ?? /** @type {any} */ ({}), told.weeks[at] ?? "", at),
        look: (said) => words.replaceChildren(said),
        choose: (line, at) => attempt(element, () => showTasks(page, { figure, by: told.by, key: groups[line]?.key ?? "", week: told.weeks[at] ?? "", said: tell(figure, groups[line] ?? /** @type {any} */ ({}), told.weeks[at] ?? "", at) })),
      })
    : null;
  const empty = groups.length
    ? nothing({ t: "figures.empty", more: "figures.empty.more", icon: "calendar" })
    : h("div", { class: "empty" }, h("p", { t: "figures.people_only" }), button({ t: "figures.to_stations", action: stations }));
  const element = h("section", { class: "card figures-card", data: { figure } },
    h("div", { class: "split" },
      h("h2", { t: `figures.${figure}` }),
      h("div", { class: "cluster" },
        button({ icon: "info", size: "icon", kind: "quiet", "data-id": `define-${figure}`, ariaLabel: `${t("figures.define")}: ${t(`figures.${figure}`)}`, action: (event) => attempt(event.currentTarget, () => define(figure)) }),
        drawn && button({ icon: "download", size: "icon", kind: "quiet", "data-id": `picture-${figure}`, ariaLabel: `${t("figures.picture")}: ${t(`figures.${figure}`)}`,
          action: async () => save(await pictureOf(drawn, { title: t(`figures.${figure}`), legend: lines.map(({ name }) => name) }), `${figure}.png`) }))),
    drawn ?? empty,
    drawn && words);
  return element;
}

/** What is counted, over what, and what is left out. @param {string} figure */
async function define(figure) {
  const part = (/** @type {string} */ name) => [h("dt", { t: `figures.define.${name}` }), h("dd", { t: `figures.${figure}.${name}` })];
  await sheet({ t: `figures.${figure}`, actions: [], body: [h("dl", { class: "figures-define" }, part("numerator"), part("denominator"), part("left_out"), part("day")), h("p", { class: "muted", t: "figures.least" })] });
}

/** @param {Blob} blob @param {string} name */
function save(blob, name) {
  const link = h("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
