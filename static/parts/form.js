// A form that is filled in: on a representative's phone, and beside the editor as its preview. Every field has its own
// maker (parts/form-fields.js); here is what they have in common: what is shown, what is missing, what has been said.

import { answered, check, required, shown } from "lib/form-rules.js";
import { h } from "parts/dom.js";
import { fieldControl } from "parts/form-fields.js";
import { wordsOf } from "parts/form-words.js";
import { icon } from "parts/icon.js";
import { t } from "parts/words.js";

/** @typedef {import("lib/form-rules.js").Form} Form */
/** @typedef {import("lib/form-rules.js").Field} Field */
/** @typedef {import("lib/form-rules.js").Answers} Answers */
/** Where photos are kept: their ids stand in the answers. @typedef {{add: (file: File) => Promise<{id: string, blob: Blob} | null>, remove: (id: string) => Promise<unknown>, blob: (id: string) => Blob | undefined}} Photos */
/** @typedef {{answers?: Answers, photos: Photos, parts?: Record<string, number>}} Given `parts`: that are at hand, by name */

let made = 0;

/** Dispatches `change` after each answer. */
export class FormView extends EventTarget {
  /** @param {Form} form @param {Given} given */
  constructor(form, { answers = {}, photos, parts = {} }) {
    super();
    this.form = form;
    /** @type {Answers} */
    this.answers = structuredClone(answers);
    this.photos = photos;
    this.parts = parts;
    made += 1;
    this.name = `form-${made}`;
    /** @type {Map<string, {element: HTMLElement, mark: HTMLElement, fault: HTMLElement, control: HTMLElement}>} */
    this.rows = new Map();
    this.sections = form.sections.map((section) => {
      const rows = section.fields.map((field) => this.row(field));
      return { fields: section.fields, element: h("section", { class: "form-section stack" }, h("h3", { text: wordsOf(section.title) }), rows) };
    });
    this.element = h("div", { class: "form-view stack" }, this.sections.map(({ element }) => element));
    this.follow();
  }

  /** @param {Field} field */
  row(field) {
    const id = `${this.name}-${field.id}`;
    const mark = h("span", { class: "optional" });
    const fault = h("p", { class: "fault", id: `${id}-fault`, role: "alert" });
    const hint = wordsOf(field.hint);
    const say = (/** @type {any} */ value) => this.say(field, value);
    const { control, group } = fieldControl(field, { id, value: this.answers[field.id], say, photos: this.photos, parts: this.parts, form: this.name });
    control.setAttribute("aria-describedby", [hint && `${id}-hint`, `${id}-fault`].filter(Boolean).join(" "));
    const label = [h("span", { text: wordsOf(field.label) }), " ", mark];
    const beside = [hint && h("p", { class: "hint", id: `${id}-hint`, text: hint }), control, fault];
    const element = group
      ? h("fieldset", { class: "field form-field", data: { field: field.id } }, h("legend", { class: field.type === "check" ? "visually-hidden" : "" }, label), beside)
      : h("div", { class: "field form-field", data: { field: field.id } }, h("label", { for: id }, label), beside);
    this.rows.set(field.id, { element, mark, fault, control });
    return element;
  }

  /** @param {Field} field @param {any} value */
  say(field, value) {
    if (answered(value)) this.answers[field.id] = value;
    else delete this.answers[field.id];
    this.fault(field.id, "");
    this.follow();
    this.dispatchEvent(new Event("change"));
  }

  /** Shows what these answers show. */
  follow() {
    const fields = shown(this.form, this.answers);
    const seen = new Set(fields.map(({ id }) => id));
    const known = Object.fromEntries(fields.filter(({ id }) => id in this.answers).map(({ id }) => [id, this.answers[id]]));
    for (const section of this.sections) {
      for (const field of section.fields) {
        const row = this.rows.get(field.id);
        if (!row) continue;
        row.element.hidden = !seen.has(field.id);
        const needed = required(field, known);
        row.mark.textContent = needed ? "" : t("common.optional");
        row.element.dataset["needed"] = String(needed);
      }
      section.element.hidden = !section.fields.some(({ id }) => seen.has(id));
    }
  }

  /** What was filled in, and what is wrong with it, said at the fields. */
  check() {
    const checked = check(this.form, this.answers);
    for (const id of this.rows.keys()) this.fault(id, "");
    for (const { code, field, params } of checked.faults) this.fault(field, t(`errors.${code}`, params));
    return checked;
  }

  /** @param {string} id @param {string} words */
  fault(id, words) {
    const row = this.rows.get(id);
    if (!row) return;
    row.element.dataset["wrong"] = String(words !== "");
    row.fault.replaceChildren(...(words ? [icon("alert"), h("span", { text: words })] : []));
  }

  /** Takes the person to the first field that is wrong. */
  toFault() {
    const first = this.element.querySelector('[data-wrong="true"]:not([hidden])');
    first?.scrollIntoView({ block: "center" });
    /** @type {HTMLElement | null | undefined} */ (first?.querySelector("input, textarea, select, button, [tabindex]"))?.focus({ preventScroll: true });
  }
}
