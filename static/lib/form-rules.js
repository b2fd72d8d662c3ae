// What a form shows, and what is wrong with what was filled in: the twin of field/forms/engine/conditions.py and
// answers.py, where the shapes are written down. tests/unit/forms holds both to one list of cases. Pure.

/** @typedef {Record<string, string>} Words by language */
/** @typedef {{field: string, op: string, value?: any}} Condition */
/**
 * @typedef {{id: string, type: string, label: Words, hint?: Words, required?: boolean, required_when?: Condition[], visible_when?: Condition[],
 *   options?: {id: string, label: Words}[], unit?: string, min?: number, max?: number, decimals?: number, max_length?: number,
 *   min_length?: number, lines?: number, characters?: string, photo?: boolean}} Field
 */
/** @typedef {{id: string, title: Words, fields: Field[], visible_when?: Condition[]}} Section */
/** @typedef {{sections: Section[]}} Form */
/** @typedef {Record<string, any>} Answers by the field's id */
/** @typedef {{code: string, field: string, params: Record<string, unknown>}} AnswerFault */

export const MOST_TEXT = 2000;
export const MOST_SERIAL = 40;
export const MOST_PHOTOS = 8;
const MOST_STROKES = 80;
const MOST_POINTS = 4000;
const MOST_PARTS = 30;
const LARGEST = 1e15;
/** A signature's pad is this wide. */
export const PAD = 1000;

const UUID = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;
const PART = /^[a-z0-9][a-z0-9_]{0,39}$/;
const SERIAL = /** @type {Record<string, RegExp>} */ ({ digits: /^[0-9]+$/, letters_digits: /^[A-Za-z0-9]+$/, any: /^[A-Za-z0-9 ./:_-]+$/ });

/** @param {unknown} value @returns {value is Record<string, any>} */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isWhole = (/** @type {unknown} */ value, /** @type {number} */ least, /** @type {number} */ most) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most;

/** Whether this is an answer: a box that is not ticked and a text of white space are none. @param {unknown} value */
export function answered(value) {
  if (typeof value === "string") return value.trim() !== "";
  if (typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.length > 0;
  if (isObject(value)) return Object.keys(value).length > 0;
  return value !== null && value !== undefined;
}

/** The number in an answer; that of a reading is beside its photo. @param {any} value */
function numberOf(value) {
  const number = isObject(value) ? value["value"] : value;
  return typeof number === "number" ? number : null;
}

/** Whether all of them hold for these answers. @param {Condition[]} conditions @param {Answers} known */
export function holds(conditions, known) {
  return conditions.every(({ field, op, value: wanted = true }) => {
    const value = known[field];
    if (op === "filled") return answered(value) === wanted;
    if (op === "at_least" || op === "at_most") {
      const number = numberOf(value);
      return number !== null && (op === "at_least" ? number >= wanted : number <= wanted);
    }
    const same = typeof wanted === "boolean" ? answered(value) === wanted : Array.isArray(value) ? value.includes(wanted) : value === wanted;
    return op === "is" ? same : !same;
  });
}

/** The fields that these answers show, in the form's order. @param {Form} form @param {Answers} answers @returns {Field[]} */
export function shown(form, answers) {
  /** @type {Field[]} */
  const found = [];
  /** @type {Answers} */
  const known = {};
  for (const section of form.sections) {
    if (!holds(section.visible_when ?? [], known)) continue;
    for (const field of section.fields) {
      if (!holds(field.visible_when ?? [], known)) continue;
      found.push(field);
      if (field.id in answers) known[field.id] = answers[field.id];
    }
  }
  return found;
}

/** Whether a field that is shown must be filled. @param {Field} field @param {Answers} known the answers of those that are shown */
export function required(field, known) {
  const conditions = field.required_when ?? [];
  return field.required === true || (conditions.length > 0 && holds(conditions, known));
}

/**
 * Holds answers against the form that they were filled from.
 * @param {Form} form @param {Answers} answers @returns {{kept: Answers, faults: AnswerFault[]}} `kept`: of the fields that are shown
 */
export function check(form, answers) {
  const fields = shown(form, answers);
  /** @type {Answers} */
  const known = {};
  for (const { id } of fields) if (id in answers) known[id] = answers[id];
  /** @type {Answers} */
  const kept = {};
  /** @type {AnswerFault[]} */
  const faults = [];
  for (const field of fields) {
    const value = answers[field.id];
    if (!answered(value)) {
      if (required(field, known)) faults.push({ code: "answer_missing", field: field.id, params: {} });
      continue;
    }
    const wrong = (CHECKS[field.type] ?? (() => [["answer_type", {}]]))(field, value);
    for (const [code, params] of wrong) faults.push({ code, field: field.id, params });
    if (!wrong.length) kept[field.id] = typeof value === "string" ? value.trim() : value;
  }
  const every = new Set(form.sections.flatMap((section) => section.fields.map(({ id }) => id)));
  for (const id of Object.keys(answers)) if (!every.has(id)) faults.push({ code: "answer_unknown_field", field: id, params: {} });
  return { kept, faults };
}

/** Answers without these photos, wherever they stand. @param {Answers} answers @param {Set<string>} gone @returns {Answers} */
export function withoutPhotos(answers, gone) {
  return Object.fromEntries(Object.entries(answers).map(([id, value]) => {
    if (Array.isArray(value)) return [id, value.filter((each) => !gone.has(each))];
    if (!isObject(value) || !gone.has(value["photo"])) return [id, value];
    const { photo: _gone, ...rest } = value;
    return [id, rest];
  }));
}

/** The ids of all photos in answers. @param {Form} form @param {Answers} answers @returns {string[]} */
export function photosIn(form, answers) {
  return form.sections.flatMap(({ fields }) => fields).flatMap(({ id, type }) => {
    const value = answers[id];
    if (type === "photo" && Array.isArray(value)) return value;
    return type === "reading" && isObject(value) && value["photo"] ? [value["photo"]] : [];
  });
}

/** @typedef {[string, Record<string, unknown>][]} Wrong */
const TYPE = /** @type {Wrong} */ ([["answer_type", {}]]);
const size = (/** @type {string} */ text) => [...text].length;

/** @type {Record<string, (field: Field, value: any) => Wrong>} */
const CHECKS = {
  text: ({ max_length: most = MOST_TEXT }, value) =>
    typeof value !== "string" || value.includes("\0") ? TYPE : size(value.trim()) > most ? [["answer_too_long", { most }]] : [],
  number,
  choice: ({ options = [] }, value) =>
    typeof value !== "string" ? TYPE : options.some(({ id }) => id === value) ? [] : [["answer_not_an_option", {}]],
  multi: ({ options = [] }, value) => {
    if (!Array.isArray(value) || !value.every((each) => typeof each === "string")) return TYPE;
    const known = new Set(options.map(({ id }) => id));
    return new Set(value).size < value.length || !value.every((each) => known.has(each)) ? [["answer_not_an_option", {}]] : [];
  },
  date: (_field, value) => (isDate(value) ? [] : [["answer_date", {}]]),
  photo: ({ min: least = 1, max: most = MOST_PHOTOS }, value) => {
    if (!Array.isArray(value) || !value.every(isId)) return TYPE;
    /** @type {Wrong} */
    const wrong = [];
    if (value.length < least) wrong.push(["answer_too_few_photos", { least }]);
    if (value.length > most) wrong.push(["answer_too_many_photos", { most }]);
    return wrong;
  },
  signature: (_field, value) => {
    const { strokes = null, name = "" } = isObject(value) ? value : {};
    if (!Array.isArray(strokes) || !strokes.length || typeof name !== "string" || size(name) > 80) return TYPE;
    if (!strokes.every((stroke) => Array.isArray(stroke) && stroke.every(isPoint))) return TYPE;
    const points = strokes.reduce((sum, stroke) => sum + stroke.length, 0);
    return strokes.length > MOST_STROKES || points > MOST_POINTS ? [["answer_too_long", { most: MOST_POINTS }]] : [];
  },
  serial: ({ min_length: least = 1, max_length: most = MOST_SERIAL, characters = "any" }, value) => {
    if (typeof value !== "string") return TYPE;
    const serial = value.trim();
    /** @type {Wrong} */
    const wrong = [];
    if (size(serial) < least) wrong.push(["answer_too_short", { least }]);
    if (size(serial) > most) wrong.push(["answer_too_long", { most }]);
    if (!SERIAL[characters]?.test(serial)) wrong.push(["answer_serial", {}]);
    return wrong;
  },
  reading: (field, value) => {
    if (!isObject(value)) return TYPE;
    const wrong = number(field, value["value"]);
    const photo = value["photo"] ?? null;
    if (photo !== null && !isId(photo)) wrong.push(["answer_type", {}]);
    if (photo === null && field.photo !== false) wrong.push(["answer_reading_photo", {}]);
    return wrong;
  },
  check: (_field, value) => (value === true ? [] : TYPE),
  parts: (_field, value) => {
    if (!isObject(value) || Object.keys(value).length > MOST_PARTS) return TYPE;
    return Object.entries(value).every(([part, count]) => PART.test(part) && isWhole(count, 1, 999)) ? [] : TYPE;
  },
};

/** Every type of a field. */
export const TYPES = Object.keys(CHECKS);

/** @param {Field} field @param {unknown} value @returns {Wrong} */
function number({ min: least, max: most, decimals = 2 }, value) {
  if (typeof value !== "number" || !Number.isFinite(value) || Math.abs(value) > LARGEST) return [["answer_type", {}]];
  /** @type {Wrong} */
  const wrong = [];
  if (least !== undefined && value < least) wrong.push(["answer_too_small", { least }]);
  if (most !== undefined && value > most) wrong.push(["answer_too_large", { most }]);
  // The text of a number to so many places is the number itself, or it has more of them.
  if (Number(value.toFixed(decimals)) !== value) wrong.push(["answer_decimals", { decimals }]);
  return wrong;
}

/** @param {unknown} value */
function isId(value) {
  return typeof value === "string" && UUID.test(value);
}

/** @param {unknown} value */
function isPoint(value) {
  return Array.isArray(value) && value.length === 2 && value.every((part) => isWhole(part, 0, PAD));
}

/** @param {unknown} value */
function isDate(value) {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value) && !value.startsWith("0000");
}
