// A text in the three languages, side by side; one of them is enough.

import { LANGUAGES } from "lib/form-definition.js";
import { h } from "parts/dom.js";

let made = 0;

/** @param {{t: string, words: Record<string, string> | undefined, change: (words: Record<string, string>) => void, readonly?: boolean, focus?: string}} given `focus`: the `data-id` by which the first input is found again */
export function wordsField({ t, words = {}, change, readonly = false, focus = "" }) {
  made += 1;
  const now = { ...words };
  const rows = LANGUAGES.map((language, at) => {
    const id = `words-${made}-${language}`;
    return h("div", { class: "forms-words-row" }, h("label", { for: id, lang: language, t: `forms.language.${language}` }),
      h("input", { class: "input", id, lang: language, type: "text", maxlength: 200, value: now[language] ?? "", readonly, data: { id: focus && at === 0 ? focus : null },
        on: { input: (/** @type {any} */ event) => {
          if (event.target.value) now[language] = event.target.value;
          else delete now[language];
          change({ ...now });
        } } }));
  });
  return h("fieldset", { class: "forms-words" }, h("legend", { t }), rows);
}
