// The phone as a customer will see it: the very card that the phone has, in each language.

import { answerCard } from "parts/answer.js";
import { h } from "parts/dom.js";
import { segmented } from "parts/field.js";
import { i18n } from "parts/words.js";
import { LANGUAGES } from "pages/answers/model.js";

/** @param {import("pages/answers/model.js").Model} model */
export function preview(model) {
  let language = LANGUAGES.find((each) => each === i18n.language) ?? "zh-Hans";
  const screen = h("div", { class: "answers-screen ask" });
  const choice = segmented({ name: "preview-language", label: "answers.preview", value: language, options: LANGUAGES.map((value) => ({ value, t: `answers.language.${value}` })),
    change: (value) => {
      language = /** @type {typeof language} */ (value);
      draw();
    } });
  const element = h("div", { class: "stack" }, h("h2", { class: "answers-label", t: "answers.preview" }), choice, h("div", { class: "answers-phone" }, screen));

  const draw = () => {
    const said = model.draft?.texts[language];
    screen.replaceChildren(...(said ? [h("p", { class: "muted", t: "ask.sure" }), answerCard(h, { question: said.questions[0] ?? "", text: said.text, lang: language }, { open: true })] : []));
  };
  model.addEventListener("chosen", draw);
  model.addEventListener("draft", draw);
  return { element, draw };
}
