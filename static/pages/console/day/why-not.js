// Why not this one? Of any task, at any time: everybody's answer in one sentence, found by name.

import { h } from "parts/dom.js";
import { attempt, button } from "parts/button.js";
import { note } from "parts/chip.js";
import { failed, skeleton } from "parts/empty.js";
import { t } from "parts/words.js";
import { cheapest, judgeDay } from "pages/console/day/fits.js";
import { name } from "pages/console/words.js";

/** @typedef {import("pages/console/types.js").TaskDetail} TaskDetail */

const MOST = 6;

/** @param {TaskDetail} task @param {import("pages/console/board.js").Board} board */
export function whyNot(task, board) {
  if (["cancelled", "done"].includes(task.state)) return null;
  const body = h("div", { class: "stack" });
  const fold = h("details", { class: "console-fold console-why-not", on: { toggle: () => fold.open && void open(task, board, body) } },
    h("summary", null, h("b", { t: "console.why_not" })), body);
  return fold;
}

/** @param {TaskDetail} task @param {import("pages/console/board.js").Board} board @param {HTMLElement} body */
async function open(task, board, body) {
  body.replaceChildren(skeleton(2));
  try {
    const fits = await board.moves.fits(task.id);
    const answers = h("ul", { class: "rows", "aria-live": "polite" });
    const search = h("input", { class: "input", type: "search", label: "console.why_not.who", placeholder: "console.why_not.who", on: { input: () => draw(task, board, fits, search.value, answers) } });
    body.replaceChildren(...(fits.blocked ? [note({ text: t(`reasons.${fits.blocked}`), icon: "info" })] : []), ...(fits.reps.size ? [search, answers] : []));
    draw(task, board, fits, "", answers);
    search.focus({ preventScroll: true });
  } catch (error) {
    body.replaceChildren(failed(error, () => open(task, board, body)));
  }
}

/** @param {TaskDetail} task @param {import("pages/console/board.js").Board} board @param {import("pages/console/day/fits.js").Fits} fits @param {string} asked @param {HTMLElement} answers */
function draw(task, board, fits, asked, answers) {
  const words = asked.trim().toLocaleLowerCase();
  const best = cheapest(fits);
  const people = [...board.reps.values()].filter((rep) => fits.reps.has(rep.id) && [rep.name, rep.name_en, rep.code].some((each) => each.toLocaleLowerCase().includes(words)))
    .sort((a, b) => (fits.reps.get(a.id)?.cost ?? Infinity) - (fits.reps.get(b.id)?.cost ?? Infinity) || a.code.localeCompare(b.code, "en", { numeric: true }));
  answers.replaceChildren(...people.slice(0, MOST).map((rep) => {
    const { able, text } = judgeDay(fits.reps.get(rep.id), name(rep));
    const has = task.rep?.id === rep.id;
    return h("li", { class: "row", data: { able } },
      h("span", { class: "grow" }, h("span", { text }), best?.id === rep.id && h("small", { t: "console.why_not.best" }), has && h("small", { t: "console.proposals.now" })),
      !has && !fits.blocked && button({ t: "console.assign", ariaLabel: t("console.assign.to", { name: name(rep) }), action: (event) => attempt(event.currentTarget, () => give(task, board, rep.id, able, text, fits.day)) }));
  }), ...(people.length > MOST ? [h("li", { class: "row small muted", text: t("console.why_not.more", { count: people.length - MOST }) })] : []),
  ...(people.length ? [] : [h("li", { class: "row muted", text: t("console.why_not.nobody") })]));
}

/** @param {TaskDetail} task @param {import("pages/console/board.js").Board} board @param {string} rep @param {boolean} able @param {string} why @param {string | null} day */
async function give(task, board, rep, able, why, day) {
  await (able ? board.moves.move([task], rep, { day }) : board.moves.overrule([task], rep, why, { day }));
}
