// What was asked and not found, week by week: without whoever asked, and each a way to an answer.

import { attempt, button } from "parts/button.js";
import { sheet } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { nothing } from "parts/empty.js";
import { i18n } from "parts/words.js";
import { newAnswer } from "pages/answers/list.js";

/** @typedef {{monday: string, times: number, clusters: {words: string, times: number, others: string[]}[]}} Week */

/** @param {import("pages/answers/model.js").Model} model */
export async function asked(model) {
  /** @type {Week[]} */
  const weeks = await model.page.api.get("/api/answers-asked-in-vain", { query: { weeks: 8 } });
  const body = weeks.length ? weeks.map((week) => h("section", { class: "stack tight" },
    h("h3", { t: "answers.asked.week", params: { day: i18n.date(week.monday) } }),
    h("ul", { class: "answers-asked" }, week.clusters.map((each) => h("li", null,
      h("div", { class: "grow" }, h("b", { text: each.words }), " ", h("span", { class: "small muted", t: "answers.asked.times", params: { count: each.times } }),
        each.others.length > 0 && h("p", { class: "small muted", text: each.others.join(" · ") })),
      button({ t: "answers.asked.write", icon: "plus", kind: "quiet", action: (event) => {
        const dialog = /** @type {HTMLElement} */ (event.currentTarget).closest("dialog");
        dialog?.close();
        attempt(document.body, () => newAnswer(model, each.words));
      } })))))) : [nothing({ t: "answers.asked.none", icon: "search" })];
  await sheet({ t: "answers.asked", body, actions: [{ value: "", t: "common.done" }] });
}
