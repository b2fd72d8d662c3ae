// When a field is shown, or needed: conditions on the fields before it, all of which have to hold.

import { wordsOf } from "parts/form-words.js";
import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import { t } from "parts/words.js";

/** @typedef {import("lib/form-rules.js").Condition} Condition */
/** @typedef {import("lib/form-rules.js").Field} Field */

const MOST = 5;
/** What can be asked of a field of each type. @type {Record<string, string[]>} */
const ASKS = { number: ["is", "is_not", "at_least", "at_most", "filled"], reading: ["at_least", "at_most", "filled"], choice: ["is", "is_not", "filled"], multi: ["is", "is_not", "filled"], check: ["is"] };

/** @param {{t: string, list: Condition[], fields: Field[], change: (list: Condition[]) => void, readonly: boolean, id: string}} given `fields`: those before this one */
export function conditions({ t: key, list, fields, change, readonly, id }) {
  const rows = list.map((condition, at) => row(condition, at));
  const add = !readonly && list.length < MOST && fields.length > 0 && button({ t: "forms.condition.add", icon: "plus", kind: "quiet", data: { id: `${id}-add` }, action: () => change([...list, first(fields[fields.length - 1])]) });
  return h("fieldset", { class: "forms-conditions" }, h("legend", { t: key }),
    list.length === 0 && h("p", { class: "muted small", t: fields.length ? "forms.condition.none" : "forms.condition.nothing_before" }), rows, add);

  /** @param {Condition} condition @param {number} at */
  function row(condition, at) {
    const field = fields.find((each) => each.id === condition.field);
    const set = (/** @type {Condition} */ changed) => change(list.map((each, index) => (index === at ? changed : each)));
    const which = choice("forms.condition.field", [...(field ? [] : [{ value: condition.field, text: condition.field }]), ...fields.map((each) => ({ value: each.id, text: wordsOf(each.label) || each.id }))], condition.field, (value) => {
      const other = fields.find((each) => each.id === value);
      if (other) set(first(other));
    });
    const ops = ASKS[field?.type ?? ""] ?? ["filled"];
    const op = choice("forms.condition.op", ops.map((value) => ({ value, text: t(`forms.op.${value}`) })), condition.op, (value) => set({ ...first(field), field: condition.field, op: value, value: valueFor(field, value) }));
    return h("div", { class: "forms-condition" }, which, op, valueControl(field, condition, set),
      !readonly && button({ icon: "trash", size: "icon", kind: "quiet", label: "forms.condition.remove", action: () => change(list.filter((_, index) => index !== at)) }));
  }

  /** @param {Field | undefined} field @param {Condition} condition @param {(changed: Condition) => void} set */
  function valueControl(field, condition, set) {
    const { op, value } = condition;
    if (op === "filled" || field?.type === "check") {
      const words = op === "filled" ? ["forms.filled.yes", "forms.filled.no"] : ["forms.ticked.yes", "forms.ticked.no"];
      return choice("forms.condition.value", [{ value: "yes", text: t(words[0] ?? "") }, { value: "no", text: t(words[1] ?? "") }], value === false ? "no" : "yes", (chosen) => set({ ...condition, value: chosen === "yes" }));
    }
    if (field?.options) return choice("forms.condition.value", field.options.map((option) => ({ value: option.id, text: wordsOf(option.label) || option.id })), String(value), (chosen) => set({ ...condition, value: chosen }));
    return h("input", { class: "input", type: "number", step: "any", value: value ?? 0, readonly, label: "forms.condition.value", on: { change: (/** @type {any} */ event) => set({ ...condition, value: Number(event.target.value) }) } });
  }

  /** @param {string} label @param {{value: string, text: string}[]} options @param {string} value @param {(value: string) => void} chosen */
  function choice(label, options, value, chosen) {
    const select = h("select", { class: "input", label, disabled: readonly, on: { change: () => chosen(select.value) } }, options.map((option) => h("option", { value: option.value, text: option.text })));
    select.value = value;
    return select;
  }
}

/** What is asked of a field first. @param {Field | undefined} field @returns {Condition} */
function first(field) {
  const op = (ASKS[field?.type ?? ""] ?? ["filled"])[0] ?? "filled";
  return { field: field?.id ?? "", op, value: valueFor(field, op) };
}

/** @param {Field | undefined} field @param {string} op */
function valueFor(field, op) {
  if (op === "filled" || field?.type === "check") return true;
  if (field?.options) return field.options[0]?.id ?? "";
  return 0;
}
