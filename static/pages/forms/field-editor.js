// The settings of one field: its words, whether it is needed, and what its type has beside that.

import { CHARACTERS, OWN } from "lib/form-definition.js";
import { TYPES } from "lib/form-rules.js";
import { before, changeField, changeType, freeId } from "lib/form-editing.js";
import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import { field as labelled } from "parts/field.js";
import { conditions } from "pages/forms/conditions.js";
import { wordsField } from "pages/forms/words-field.js";

/** @typedef {import("lib/form-editing.js").Place} Place */
/** @typedef {import("lib/form-rules.js").Field} Field */
/** @typedef {import("pages/forms/model.js").Model} Model */

/** @param {Model} model @param {Place} place */
export function fieldEditor(model, place) {
  const field = model.form.sections[place.section]?.fields[place.field];
  if (!field) return null;
  const readonly = !model.writes;
  const fields = before(model.form, place);
  /** @param {Partial<Field>} change @param {"form" | "words"} [what] */
  const set = (change, what = "words") => model.change(changeField(model.form, place, change), what);
  const kind = h("select", { class: "input", name: "type", disabled: readonly, on: { change: () => model.change(changeType(model.form, place, kind.value, OWN[kind.value] ?? []), "form") } }, TYPES.map((type) => h("option", { value: type, t: `forms.kind.${type}` })));
  kind.value = field.type;
  return h("div", { class: "stack forms-settings" },
    wordsField({ t: "forms.field.label", words: field.label, readonly, focus: `label-${field.id}`, change: (label) => set({ label }) }),
    wordsField({ t: "forms.field.hint", words: field.hint, readonly, change: (hint) => set({ hint: Object.keys(hint).length ? hint : undefined }) }),
    h("div", { class: "forms-own" }, labelled({ t: "forms.field.kind", name: "type", input: kind }), own(field, set, readonly)),
    field.options && options(field.options, readonly, set),
    need(field, readonly, fields, set),
    conditions({ t: "forms.visible_when", list: field.visible_when ?? [], fields, readonly, id: `visible-${field.id}`, change: (list) => set({ visible_when: list.length ? list : undefined }, "form") }),
    code(field, readonly, set));
}

/** @typedef {(change: Partial<Field>, what?: "form" | "words") => void} Set */

/** What the type has: a unit, a range, how many. @param {Field} field @param {Set} set @param {boolean} readonly */
function own(field, set, readonly) {
  return (OWN[field.type] ?? []).filter((name) => name !== "options").map((name) => {
    const value = /** @type {any} */ (field)[name];
    if (name === "unit") return labelled({ t: "forms.own.unit", name, value: value ?? "", maxlength: 16, readonly, on: { input: (/** @type {any} */ event) => set({ unit: event.target.value || undefined }) } });
    if (name === "photo") return tick("forms.own.photo", value !== false, readonly, (on) => set({ photo: on ? undefined : false }));
    if (name === "characters") {
      const select = h("select", { class: "input", disabled: readonly, on: { change: () => set({ characters: select.value }) } }, CHARACTERS.map((each) => h("option", { value: each, t: `forms.characters.${each}` })));
      select.value = value ?? "any";
      return labelled({ t: "forms.own.characters", name, input: select });
    }
    const key = field.type === "photo" ? `forms.own.photos_${name}` : `forms.own.${name}`;
    return labelled({ t: key, name, type: "number", step: name === "min" || name === "max" ? "any" : 1, value: value ?? "", readonly,
      on: { input: (/** @type {any} */ event) => set({ [name]: event.target.value === "" ? undefined : Number(event.target.value) }) } });
  });
}

/** @param {string} t @param {boolean} on @param {boolean} readonly @param {(on: boolean) => void} turned */
function tick(t, on, readonly, turned) {
  return h("label", { class: "tick-line" }, h("input", { type: "checkbox", checked: on, disabled: readonly, on: { change: (/** @type {any} */ event) => turned(event.target.checked) } }), h("span", { t }));
}

/** Not needed, always, or on conditions. @param {Field} field @param {boolean} readonly @param {Field[]} fields @param {Set} set */
function need(field, readonly, fields, set) {
  const now = field.required ? "always" : field.required_when?.length ? "when" : "never";
  const select = h("select", { class: "input", name: "required", disabled: readonly, data: { id: `need-${field.id}` }, on: { change: () => {
    const last = fields[fields.length - 1];
    const begun = last && { field: last.id, op: "filled", value: true };
    set({ required: select.value === "always" ? true : undefined, required_when: select.value === "when" && begun ? [begun] : undefined }, "form");
  } } }, ["never", "always", ...(fields.length ? ["when"] : [])].map((each) => h("option", { value: each, t: `forms.required.${each}` })));
  select.value = now;
  return h("div", { class: "stack" }, labelled({ t: "forms.required", name: "required", input: select }),
    now === "when" && conditions({ t: "forms.required_when", list: field.required_when ?? [], fields, readonly, id: `required-${field.id}`, change: (list) => set({ required_when: list.length ? list : undefined }, "form") }));
}

/** @param {{id: string, label: Record<string, string>}[]} list @param {boolean} readonly @param {Set} set */
function options(list, readonly, set) {
  let now = list;
  const steps = (/** @type {number} */ at) => h("div", { class: "cluster forms-steps" },
    button({ icon: "up", size: "icon", kind: "quiet", label: "forms.option.up", disabled: at === 0, action: () => swap(at, at - 1) }),
    button({ icon: "down", size: "icon", kind: "quiet", label: "forms.option.down", disabled: at === now.length - 1, action: () => swap(at, at + 1) }),
    button({ icon: "trash", size: "icon", kind: "quiet", label: "forms.option.remove", action: () => set({ options: now.filter((_, index) => index !== at) }, "form") }));
  const swap = (/** @type {number} */ at, /** @type {number} */ to) => {
    const moved = [...now];
    const [one] = moved.splice(at, 1);
    if (one) moved.splice(to, 0, one);
    set({ options: moved }, "form");
  };
  return h("fieldset", { class: "forms-options" }, h("legend", { t: "forms.options" }),
    h("ol", null, list.map((option, at) => h("li", null,
      wordsField({ t: "forms.option", words: option.label, readonly, focus: `option-${option.id}`, change: (label) => {
        now = now.map((each, index) => (index === at ? { ...each, label } : each));
        set({ options: now });
      } }), !readonly && steps(at)))),
    !readonly && button({ t: "forms.option.add", icon: "plus", kind: "quiet", data: { id: "option-add" }, action: () => set({ options: [...now, { id: freeId("option", now.map(({ id }) => id)), label: {} }] }, "form") }));
}

/** What the field is called in files and conditions; few need it. @param {Field} field @param {boolean} readonly @param {Set} set */
function code(field, readonly, set) {
  return h("details", { class: "forms-code" }, h("summary", { t: "forms.code" }),
    labelled({ t: "forms.field.code", name: "id", hint: "forms.field.code.hint", value: field.id, maxlength: 32, readonly, on: { change: (/** @type {any} */ event) => set({ id: event.target.value.trim() }, "form") } }));
}
