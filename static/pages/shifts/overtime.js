// Overtime that waits for an answer, above everything else.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { i18n } from "parts/words.js";
import { dayWords } from "pages/shifts/model.js";

/** @param {import("pages/shifts/model.js").Model} model */
export function overtime(model) {
  const waiting = model.data?.overtime.filter((wish) => wish.state === "asked") ?? [];
  if (!waiting.length) return [];
  return [h("section", { class: "card shifts-wishes", label: "shifts.overtime.waiting" }, h("h2", { t: "shifts.overtime.waiting" }),
    h("ul", { class: "rows" }, waiting.map((wish) => {
      const decide = (/** @type {string} */ what) => async () => {
        await model.page.api.post(`/api/overtime/${wish.id}/${what}`, { version: wish.version });
        await model.load();
      };
      return h("li", { class: "row" }, h("span", { class: "grow" }, h("b", { text: wish.rep_name }),
        h("small", { t: "shifts.overtime.wish", params: { day: dayWords(wish.day), time: i18n.time(wish.until_at) } })),
      button({ t: "shifts.overtime.grant", icon: "check", kind: "primary", action: decide("grant") }),
      button({ t: "shifts.overtime.refuse", icon: "close", action: decide("refusal") }));
    })))];
}
