// What was filled in, to be read.

import { shown } from "lib/form-rules.js";
import { h } from "parts/dom.js";
import { partName, wordsOf } from "parts/form-words.js";
import { drawing } from "parts/signature.js";
import { i18n, t } from "parts/words.js";

/** @typedef {import("lib/form-rules.js").Field} Field */

/** @param {import("lib/form-rules.js").Form} form @param {Record<string, any>} answers @param {(id: string) => string} photo the address of a photo */
export function answersOf(form, answers, photo) {
  const rows = shown(form, answers).filter(({ id }) => id in answers).map((field) => [h("dt", { text: wordsOf(field.label) }), h("dd", null, said(field, answers[field.id], photo))]);
  return rows.length ? h("dl", { class: "form-answers" }, rows) : h("p", { class: "muted", t: "form.nothing" });
}

/** @param {Field} field @param {any} value @param {(id: string) => string} photo */
function said(field, value, photo) {
  const option = (/** @type {string} */ id) => wordsOf(field.options?.find((each) => each.id === id)?.label) || id;
  const unit = field.unit ? ` ${field.unit}` : "";
  const thumbs = (/** @type {string[]} */ ids) => h("span", { class: "form-thumbs" }, ids.map((id, at) =>
    h("a", { href: photo(id), target: "_blank", rel: "noopener" }, h("img", { src: photo(id), alt: t("common.photo.number", { number: at + 1 }), loading: "lazy" }))));
  switch (field.type) {
    case "choice": return option(value);
    case "multi": return Array.isArray(value) ? i18n.list(value.map(option)) : String(value);
    case "check": return t(value ? "form.yes" : "form.no");
    case "number": return typeof value === "number" ? `${i18n.number(value, { maximumFractionDigits: 6 })}${unit}` : String(value);
    case "date": return /^\d{4}-\d{2}-\d{2}$/.test(value) ? i18n.date(`${value}T12:00:00Z`) : String(value);
    case "photo": return Array.isArray(value) ? thumbs(value) : "";
    case "reading": return [`${typeof value?.value === "number" ? i18n.number(value.value, { maximumFractionDigits: 6, useGrouping: false }) : String(value?.value ?? "")}${unit}`, value?.photo && thumbs([value.photo])];
    case "signature": return [Array.isArray(value?.strokes) && drawing(value.strokes), value?.name && h("span", { text: value.name })];
    case "parts": return Object.entries(value ?? {}).map(([part, count]) => h("div", { text: `${partName(part)} × ${count}` }));
    default: return String(value);
  }
}
