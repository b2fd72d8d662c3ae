// The fields of a form, one maker for each type. A maker gets the value so far and says each new one; what cannot be
// understood is said as it was typed, so that nothing is lost and the rules can name it.

import { MOST_PHOTOS, MOST_SERIAL, MOST_TEXT } from "lib/form-rules.js";
import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import { photoStrip } from "parts/form-photos.js";
import { partName, wordsOf } from "parts/form-words.js";
import { canScan, scan } from "parts/scan.js";
import { signaturePad } from "parts/signature.js";

/** @typedef {import("lib/form-rules.js").Field} Field */
/** @typedef {{id: string, form: string, value: any, say: (value: any) => void, photos: import("parts/form.js").Photos, parts: Record<string, number>}} Given */
/** `group`: several controls under one legend. @typedef {{control: HTMLElement, group?: boolean}} Made */

const MANY = 7;

/** @param {Field} field @param {Given} given @returns {Made} */
export function fieldControl(field, given) {
  return (MAKERS[field.type] ?? text)(field, given);
}

/** @type {Record<string, (field: Field, given: Given) => Made>} */
const MAKERS = { text, number, choice, multi, date, photo, signature, serial, reading, check, parts };

/** @param {Field} field @param {Given} given @returns {Made} */
function text({ max_length: most = MOST_TEXT, lines = 1 }, { id, value = "", say }) {
  const own = { class: "input", id, maxlength: most, value, on: { input: (/** @type {any} */ event) => say(event.target.value) } };
  const control = lines > 1 ? h("textarea", { ...own, rows: lines }) : h("input", { ...own, type: "text" });
  return { control };
}

/** A number as people write it, with a comma too; or what was typed. @param {string} typed */
function numberIn(typed) {
  const plain = typed.trim().replace(",", ".");
  return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : typed;
}

/** @param {string} id @param {unknown} value @param {string} unit @param {(typed: string) => void} typed @param {string} [label] a key, where no label stands beside it */
function numberInput(id, value, unit, typed, label) {
  const input = h("input", { class: "input", id, type: "text", inputmode: "decimal", autocomplete: "off", label, value: value ?? "", on: { input: (event) => typed(event.target.value) } });
  return unit ? h("div", { class: "form-unit" }, input, h("span", { text: unit })) : input;
}

/** @param {Field} field @param {Given} given @returns {Made} */
function number({ unit = "" }, { id, value, say }) {
  return { control: numberInput(id, value, unit, (typed) => say(numberIn(typed))) };
}

/** @param {Field} field @param {Given} given @returns {Made} */
function choice({ id: name, options = [] }, { id, form, value, say }) {
  if (options.length >= MANY) {
    const select = h("select", { class: "input", id, on: { change: () => say(select.value) } },
      h("option", { value: "", t: "form.choose" }), options.map((option) => h("option", { value: option.id, text: wordsOf(option.label) })));
    select.value = value ?? "";
    return { control: select };
  }
  return { group: true, control: h("div", { class: "form-options" }, options.map((option) => h("label", { class: "form-option" },
    h("input", { type: "radio", name: `${form}-${name}`, value: option.id, checked: option.id === value, on: { change: () => say(option.id) } }),
    h("span", { text: wordsOf(option.label) })))) };
}

/** @param {Field} field @param {Given} given @returns {Made} */
function multi({ options = [] }, { value, say }) {
  const chosen = new Set(Array.isArray(value) ? value : []);
  const turn = (/** @type {string} */ option, /** @type {boolean} */ on) => {
    if (on) chosen.add(option);
    else chosen.delete(option);
    say(options.map((each) => each.id).filter((each) => chosen.has(each)));
  };
  return { group: true, control: h("div", { class: "form-options" }, options.map((option) => h("label", { class: "form-option" },
    h("input", { type: "checkbox", value: option.id, checked: chosen.has(option.id), on: { change: (event) => turn(option.id, event.target.checked) } }),
    h("span", { text: wordsOf(option.label) })))) };
}

/** @param {Field} _field @param {Given} given @returns {Made} */
function date(_field, { id, value = "", say }) {
  return { control: h("input", { class: "input", id, type: "date", value, on: { input: (event) => say(event.target.value) } }) };
}

/** @param {Field} field @param {Given} given @returns {Made} */
function photo({ max = MOST_PHOTOS }, { value, say, photos }) {
  return { group: true, control: photoStrip({ ids: Array.isArray(value) ? value : [], most: max, photos, say }) };
}

/** @param {Field} _field @param {Given} given @returns {Made} */
function signature(_field, { value, say }) {
  return { group: true, control: signaturePad(value, say) };
}

/** @param {Field} field @param {Given} given @returns {Made} */
function serial({ characters, max_length: most = MOST_SERIAL }, { id, value = "", say }) {
  const input = h("input", {
    class: "input form-serial", id, type: "text", value, maxlength: most, autocomplete: "off", autocapitalize: "characters", spellcheck: "false",
    inputmode: characters === "digits" ? "numeric" : "text", on: { input: () => say(input.value) },
  });
  if (!canScan()) return { control: input };
  const look = button({ icon: "camera", t: "form.scan", action: async () => {
    const read = await scan();
    if (!read) return;
    input.value = read;
    say(read);
  } });
  return { control: h("div", { class: "form-beside" }, input, look) };
}

/** @param {Field} field @param {Given} given @returns {Made} */
function reading({ unit = "", photo: wanted = true }, { id, value, say, photos }) {
  const now = typeof value === "object" && value !== null ? { ...value } : {};
  const tell = () => say(Object.fromEntries(Object.entries(now).filter(([, each]) => each !== undefined && each !== "")));
  const box = numberInput(id, now.value, unit, (typed) => {
    now.value = numberIn(typed);
    tell();
  }, wanted ? "form.reading" : undefined);
  if (!wanted) return { control: box };
  const strip = photoStrip({ ids: now.photo ? [now.photo] : [], most: 1, photos, say: ([photo]) => {
    now.photo = photo;
    tell();
  } });
  return { group: true, control: h("div", { class: "stack form-reading" }, box, strip) };
}

/** @param {Field} field @param {Given} given @returns {Made} */
function check({ label }, { id, value, say }) {
  return { group: true, control: h("label", { class: "form-option" },
    h("input", { type: "checkbox", id, checked: value === true, on: { change: (event) => say(event.target.checked) } }), h("span", { text: wordsOf(label) })) };
}

/** @param {Field} _field @param {Given} given @returns {Made} */
function parts(_field, { value, say, parts: known }) {
  const used = typeof value === "object" && value !== null ? { ...value } : {};
  const names = [...new Set([...Object.keys(known), ...Object.keys(used)])].sort();
  const row = (/** @type {string} */ part) => {
    const count = h("output", { class: "number form-count", text: used[part] ?? 0 });
    const turn = (/** @type {number} */ by) => {
      used[part] = Math.min(999, Math.max(0, (used[part] ?? 0) + by));
      count.textContent = String(used[part]);
      say(Object.fromEntries(Object.entries(used).filter(([, each]) => each > 0)));
    };
    const label = (/** @type {string} */ key) => ({ label: key, params: { part: partName(part) } });
    return h("li", { class: "form-part" }, h("span", { class: "grow" }, partName(part), known[part] !== undefined && h("small", { class: "muted", t: "form.in_van", params: { count: known[part] } })),
      button({ text: "−", size: "icon", ...label("form.less"), action: () => turn(-1) }), count,
      button({ text: "+", size: "icon", ...label("form.more"), action: () => turn(1) }));
  };
  return { group: true, control: names.length ? h("ul", { class: "form-parts" }, names.map(row)) : h("p", { class: "muted", t: "form.no_parts" }) };
}
