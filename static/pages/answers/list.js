// All answers: searched as a customer searches, or by subject; what is not published stands first.

import { button } from "parts/button.js";
import { chip } from "parts/chip.js";
import { ask } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { nothing } from "parts/empty.js";
import { field } from "parts/field.js";
import { i18n } from "parts/words.js";
import { SUBJECTS } from "pages/answers/model.js";

export const TONES = /** @type {Record<string, "ok" | "warn" | "brand" | undefined>} */ ({ published: "ok", reviewed: "brand", draft: "warn" });

/** @param {import("pages/answers/model.js").Model} model */
export function answerList(model) {
  const place = h("ul", { class: "answers-list" });
  const fault = (/** @type {unknown} */ error) => model.page.toast.fault(error);
  let waiting = 0;
  const search = h("input", { class: "input", type: "search", maxlength: 200, label: "answers.find", placeholder: "answers.find", on: { input: (event) => {
    model.words = event.target.value.trim();
    clearTimeout(waiting);
    waiting = setTimeout(() => model.read().catch(fault), 250);
  } } });
  const subject = h("select", { class: "input", label: "answers.subject", on: { change: (event) => {
    model.subject = event.target.value;
    model.read().catch(fault);
  } } }, h("option", { value: "", t: "answers.subject.all" }), SUBJECTS.map((value) => h("option", { value, t: `answers.subject.${value}` })));
  const element = h("div", { class: "stack" },
    button({ t: "answers.new", icon: "plus", kind: "primary", action: () => newAnswer(model) }), search, subject, place);

  const draw = () => {
    const { language } = i18n;
    place.replaceChildren(...(model.lines.length ? model.lines.map((line) => h("li", null,
      h("button", { type: "button", class: "answers-line", "aria-current": line.id === model.chosen?.id ? "true" : null, data: { id: line.id }, on: { click: () => model.choose(line.id).catch(fault) } },
        h("b", { text: line.questions[language] ?? Object.values(line.questions)[0] ?? line.code }),
        h("span", { class: "cluster" },
          chip({ t: `answers.state.${line.state}`, tone: TONES[line.state] }),
          h("span", { class: "small muted", t: `answers.subject.${line.subject}` }),
          line.state !== "published" && line.offered && h("span", { class: "small muted", t: "answers.offered" }))))) : [h("li", null, nothing({ t: "answers.empty", icon: "search" }))]));
  };
  model.addEventListener("list", draw);
  model.addEventListener("chosen", draw);
  return { element, draw };
}

/** @param {import("pages/answers/model.js").Model} model @param {string} [question] */
export async function newAnswer(model, question = "") {
  const code = field({ t: "answers.new.code", name: "code", hint: "answers.new.code.hint", maxlength: 40, pattern: "[a-z][a-z0-9_]*", autocomplete: "off" });
  const wish = await ask({ t: "answers.new", body: [code], actions: [{ value: "", t: "common.back" }, { value: "yes", t: "common.next", kind: "primary" }] });
  const named = code.control.value.trim();
  if (wish === "yes" && named) await model.write(named, question);
}
