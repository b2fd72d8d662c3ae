// How the guide went: each step with the answer that was given, in the technician's language.

import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";
import { i18n } from "parts/words.js";

/** @typedef {import("pages/desk/views.js").TimelineEntry} TimelineEntry */
/** @typedef {import("pages/desk/views.js").Catalogue} Catalogue */

const ICONS = /** @type {Record<string, string>} */ ({ helped: "check", done: "check", not_helped: "close", cannot: "hand", danger: "bolt" });

/** @param {TimelineEntry[]} timeline @param {Catalogue | null} catalogue */
export function walked(timeline, catalogue) {
  const answers = timeline.filter((entry) => entry.kind === "guide_answered");
  if (!answers.length) return h("p", { class: "muted small", t: "desk.walk.none" });
  return h("ol", { class: "walk" }, answers.map(({ at, detail }) => {
    const guide = catalogue?.guides.find((one) => one.id === detail["guide"]);
    const step = guide?.steps[detail["step"]];
    const label = step?.answers.find((one) => one.answer === detail["answer"])?.label;
    return h("li", { data: { answer: detail["answer"] } },
      icon(ICONS[detail["answer"]] ?? "next"),
      h("span", { class: "grow" }, h("span", { text: step?.title ?? detail["step"] }), h("b", label ? { text: label } : { t: `desk.answer.${detail["answer"]}` })),
      h("time", { class: "number small muted", datetime: at, text: i18n.time(at) }));
  }));
}
