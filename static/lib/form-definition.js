// What a form may be, and every fault of one at once: the twin of field/forms/engine/definition.py, where the shapes are
// written down. tests/unit/forms holds both to one list of cases. Pure.

import { MOST_PHOTOS, MOST_SERIAL, MOST_TEXT, TYPES } from "lib/form-rules.js";

/** @typedef {{code: string, where: string, params: Record<string, unknown>}} FormFault `where`: `sections.0.fields.2.label`, numbers from 0 */

const MOST = { sections: 20, fields: 80, options: 40, conditions: 5, label: 200 };
const LARGEST = 1e9;
export const LANGUAGES = ["zh-Hans", "zh-Hant", "en"];
export const OPS = ["is", "is_not", "at_least", "at_most", "filled"];
export const CHARACTERS = ["digits", "letters_digits", "any"];
const COMMON = ["id", "type", "label", "hint", "required", "required_when", "visible_when"];
/** What a field of each type has beside what every field has. @type {Record<string, string[]>} */
export const OWN = {
  text: ["max_length", "lines"], number: ["unit", "min", "max", "decimals"], choice: ["options"], multi: ["options"], date: [], photo: ["min", "max"],
  signature: [], serial: ["characters", "min_length", "max_length"], reading: ["unit", "min", "max", "decimals", "photo"], check: [], parts: [],
};
const ID = /^[a-z][a-z0-9_]{0,31}$/;

/** @param {unknown} value @returns {value is Record<string, any>} */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isWhole = (/** @type {unknown} */ value, /** @type {number} */ least, /** @type {number} */ most) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
const isNumber = (/** @type {unknown} */ value) => typeof value === "number" && Number.isFinite(value) && Math.abs(value) <= LARGEST;

/** @param {any} form @returns {FormFault[]} all that is wrong with it; empty for a form that can be filled */
export function faultsOf(form) {
  return new Reading().form(form);
}

/** One reading of a document: what has been seen so far, and what was wrong. */
class Reading {
  constructor() {
    /** @type {FormFault[]} */
    this.faults = [];
    /** @type {Map<string, any>} */
    this.before = new Map();
    /** @type {Set<string>} */
    this.seen = new Set();
  }

  /** @param {string} code @param {string} where @param {Record<string, unknown>} [params] */
  say(code, where, params = {}) {
    this.faults.push({ code, where, params });
  }

  /** @param {any} form */
  form(form) {
    if (!isObject(form) || Object.keys(form).join() !== "sections" || !Array.isArray(form["sections"])) {
      this.say("form_shape", "");
      return this.faults;
    }
    const { sections } = form;
    if (!sections.length) this.say("form_empty", "sections");
    if (sections.length > MOST.sections) this.say("form_too_large", "sections", { most: MOST.sections });
    sections.slice(0, MOST.sections).forEach((/** @type {any} */ section, /** @type {number} */ at) => this.section(section, `sections.${at}`));
    if (this.before.size > MOST.fields) this.say("form_too_large", "sections", { most: MOST.fields });
    return this.faults;
  }

  /** @param {any} section @param {string} where */
  section(section, where) {
    if (!isObject(section) || !Array.isArray(section["fields"])) return this.say("form_shape", where);
    this.unknown(section, ["id", "title", "fields", "visible_when"], where);
    this.id(section, where, this.seen, "section:");
    this.words(section["title"], `${where}.title`);
    this.conditions(section["visible_when"], `${where}.visible_when`);
    if (!section["fields"].length) this.say("form_empty", `${where}.fields`);
    section["fields"].slice(0, MOST.fields + 1).forEach((/** @type {any} */ field, /** @type {number} */ at) => this.field(field, `${where}.fields.${at}`));
  }

  /** @param {any} field @param {string} where */
  field(field, where) {
    if (!isObject(field)) return this.say("form_shape", where);
    const kind = field["type"];
    const own = typeof kind === "string" && TYPES.includes(kind) && OWN[kind];
    if (!own) return this.say("form_type", `${where}.type`);
    this.unknown(field, [...COMMON, ...own], where);
    this.id(field, where, this.seen);
    this.words(field["label"], `${where}.label`);
    if ("hint" in field) this.words(field["hint"], `${where}.hint`, false);
    if (typeof (field["required"] ?? false) !== "boolean") this.say("form_shape", `${where}.required`);
    for (const name of ["visible_when", "required_when"]) this.conditions(field[name], `${where}.${name}`);
    if (kind === "choice" || kind === "multi") this.options(field["options"], `${where}.options`);
    if (kind === "number" || kind === "reading") this.numbers(field, where);
    if (kind === "photo") this.range(field, where, "min", "max", 1, MOST_PHOTOS);
    if (kind === "serial") {
      this.range(field, where, "min_length", "max_length", 1, MOST_SERIAL);
      if (!CHARACTERS.includes(field["characters"] ?? "any")) this.say("form_shape", `${where}.characters`);
    }
    if (kind === "text") {
      this.range(field, where, "", "max_length", 1, MOST_TEXT);
      this.range(field, where, "", "lines", 1, 10);
    }
    if (typeof (field["photo"] ?? true) !== "boolean") this.say("form_shape", `${where}.photo`);
    if (typeof field["id"] === "string" && !this.before.has(field["id"])) this.before.set(field["id"], field);
  }

  /** @param {Record<string, any>} thing @param {string[]} known @param {string} where */
  unknown(thing, known, where) {
    const names = Object.keys(thing).filter((name) => !known.includes(name)).sort();
    if (names.length) this.say("form_unknown_setting", where, { names: names.join(", ") });
  }

  /** @param {Record<string, any>} thing @param {string} where @param {Set<string>} seen @param {string} [space] */
  id(thing, where, seen, space = "") {
    const id = thing["id"];
    if (typeof id !== "string" || !ID.test(id)) return this.say("form_id", `${where}.id`);
    if (seen.has(space + id)) this.say("form_id_twice", `${where}.id`, { id });
    seen.add(space + id);
  }

  /** @param {any} words @param {string} where @param {boolean} [needed] */
  words(words, where, needed = true) {
    if (!isObject(words) || !Object.keys(words).every((language) => LANGUAGES.includes(language))) return this.say("form_label", where);
    const texts = Object.values(words);
    if (!texts.every((text) => typeof text === "string" && !text.includes("\0"))) this.say("form_label", where);
    else if (texts.some((text) => [...text].length > MOST.label)) this.say("form_label_long", where, { most: MOST.label });
    else if (needed && !texts.some((text) => text.trim())) this.say("form_label", where);
  }

  /** @param {any} options @param {string} where */
  options(options, where) {
    if (!Array.isArray(options) || !options.length) return this.say("form_no_options", where);
    if (options.length > MOST.options) this.say("form_too_large", where, { most: MOST.options });
    /** @type {Set<string>} */
    const seen = new Set();
    options.slice(0, MOST.options).forEach((option, at) => {
      if (!isObject(option) || Object.keys(option).sort().join() !== "id,label") return this.say("form_shape", `${where}.${at}`);
      this.id(option, `${where}.${at}`, seen);
      this.words(option["label"], `${where}.${at}.label`);
    });
  }

  /** @param {Record<string, any>} field @param {string} where */
  numbers(field, where) {
    const unit = field["unit"] ?? "";
    if (typeof unit !== "string" || [...unit].length > 16) this.say("form_shape", `${where}.unit`);
    if (!isWhole(field["decimals"] ?? 2, 0, 6)) this.say("form_range", `${where}.decimals`);
    const ends = ["min", "max"].filter((name) => name in field).map((name) => field[name]);
    if (!ends.every(isNumber) || (ends.length === 2 && ends[0] > ends[1])) this.say("form_range", `${where}.${"min" in field ? "min" : "max"}`);
  }

  /** Two whole numbers, the lower not above the higher; either may be left out. @param {Record<string, any>} field @param {string} where @param {string} low @param {string} high @param {number} least @param {number} most */
  range(field, where, low, high, least, most) {
    const ends = [low, high].filter((name) => name in field);
    const wrong = ends.filter((name) => !isWhole(field[name], least, most));
    if (wrong.length) this.say("form_range", `${where}.${wrong[0]}`);
    else if (ends.length === 2 && field[low] > field[high]) this.say("form_range", `${where}.${low}`);
  }

  /** @param {any} conditions @param {string} where */
  conditions(conditions = [], where) {
    if (!Array.isArray(conditions)) return this.say("form_shape", where);
    if (conditions.length > MOST.conditions) this.say("form_too_large", where, { most: MOST.conditions });
    conditions.slice(0, MOST.conditions).forEach((condition, at) => this.condition(condition, `${where}.${at}`));
  }

  /** @param {any} condition @param {string} where */
  condition(condition, where) {
    const names = isObject(condition) ? Object.keys(condition) : [];
    if (!names.includes("field") || !names.includes("op") || !names.every((name) => ["field", "op", "value"].includes(name))) return this.say("form_shape", where);
    const field = this.before.get(condition.field);
    if (!field) return this.say("form_condition_field", `${where}.field`);
    if (!OPS.includes(condition.op)) this.say("form_condition_op", `${where}.op`);
    else if (!fits(field, condition.op, condition.value ?? true)) this.say("form_condition_value", `${where}.value`);
  }
}

/** Whether the condition asks something that the field can answer. @param {any} field @param {string} op @param {any} value */
function fits({ type, options }, op, value) {
  if (op === "filled") return typeof value === "boolean";
  const counts = type === "number" || type === "reading";
  if (op === "at_least" || op === "at_most") return counts && isNumber(value);
  if (type === "check") return typeof value === "boolean";
  if (type === "number") return isNumber(value);
  if (type === "choice" || type === "multi") return Array.isArray(options) && options.some((option) => isObject(option) && option["id"] === value);
  return ["text", "serial", "date"].includes(type) && typeof value === "string";
}
