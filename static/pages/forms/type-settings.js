// What a new task of a kind begins with, and who may close it.

import { h } from "parts/dom.js";
import { ApiError } from "lib/api.js";
import { note } from "parts/chip.js";
import { sheet } from "parts/dialog.js";
import { field } from "parts/field.js";
import { i18n } from "parts/words.js";

/** @typedef {import("pages/forms/model.js").Model} Model */
/** @typedef {import("pages/forms/model.js").TaskType} TaskType */

const CATEGORIES = ["leak", "no_water", "low_pressure", "dirty_water", "meter", "other"];
const SKILLS = ["leak_repair", "meter_work", "pressure", "water_quality", "valve", "consulting"];
const NEW = { name: "", name_zh_hant: "", name_en: "", category: "other", severity: "minor", skill: "consulting", level: 1, duration_s: 1800, clock_s: null, proof: "form", close_level: 0, settled_by: "dispatcher", active: true };

/** @param {string} name @param {string[]} values @param {(value: string) => string} key @param {string} value @param {boolean} readonly */
function choice(name, values, key, value, readonly) {
  const select = h("select", { class: "input", name, disabled: readonly }, values.map((each) => h("option", { value: each, t: key(each) })));
  select.value = value;
  return select;
}

/** @param {typeof NEW | TaskType} type @param {boolean} readonly */
function settingsForm(type, readonly) {
  const text = (/** @type {"name" | "name_zh_hant" | "name_en"} */ name, /** @type {string} */ lang) => field({ t: `forms.type.${name}`, name, value: type[name], maxlength: 80, lang, readonly });
  const number = (/** @type {string} */ name, /** @type {unknown} */ value, /** @type {object} */ more = {}) => field({ t: `forms.type.${name}`, name, type: "number", value: String(value ?? ""), readonly, ...more });
  const levels = ["1", "2", "3"];
  const rows = {
    name: text("name", "zh-Hans"), name_zh_hant: text("name_zh_hant", "zh-Hant"), name_en: text("name_en", "en"),
    category: field({ t: "forms.type.category", name: "category", input: choice("category", CATEGORIES, (value) => `common.category.${value}`, type.category, readonly) }),
    severity: field({ t: "forms.type.severity", name: "severity", input: choice("severity", ["minor", "major", "urgent"], (value) => `common.severity.${value}`, type.severity, readonly) }),
    skill: field({ t: "forms.type.skill", name: "skill", input: choice("skill", SKILLS, (value) => `common.skill.${value}`, type.skill, readonly) }),
    level: field({ t: "forms.type.level", name: "level", input: choice("level", levels, (value) => `forms.level.${value}`, String(type.level), readonly) }),
    minutes: number("minutes", type.duration_s / 60, { min: 1, max: 480 }),
    clock: number("clock", type.clock_s === null ? "" : type.clock_s / 3600, { min: 0.5, max: 2160, step: "any", hint: "forms.type.clock.hint", optional: true }),
    proof: field({ t: "forms.type.proof", name: "proof", input: choice("proof", ["form", "photo", "note_or_photo"], (value) => `forms.proof.${value}`, type.proof, readonly) }),
    close_level: field({ t: "forms.type.close_level", name: "close_level", input: choice("close_level", ["0", ...levels], (value) => `forms.close.${value}`, String(type.close_level), readonly) }),
    settled_by: field({ t: "forms.type.settled_by", name: "settled_by", input: choice("settled_by", ["dispatcher", "supervisor"], (value) => `forms.settled.${value}`, type.settled_by, readonly) }),
  };
  const active = h("input", { type: "checkbox", checked: type.active, disabled: readonly });
  const element = h("form", { class: "forms-type-settings", on: { submit: (/** @type {Event} */ event) => event.preventDefault() } }, Object.values(rows), h("label", { class: "tick-line" }, active, h("span", { t: "forms.type.active" })));
  const value = (/** @type {keyof typeof rows} */ name) => rows[name].control.value.trim();
  return { element, read: () => ({
    name: value("name"), name_zh_hant: value("name_zh_hant"), name_en: value("name_en"), category: value("category"), severity: value("severity"), skill: value("skill"),
    level: Number(value("level")), duration_s: Math.round(Number(value("minutes")) * 60), clock_s: value("clock") === "" ? null : Math.round(Number(value("clock")) * 3600),
    proof: value("proof"), close_level: Number(value("close_level")), settled_by: value("settled_by"), active: active.checked,
  }) };
}

/** Asks until it is taken or given up. @param {string} t @param {Node[]} body @param {boolean} writes @param {() => Promise<unknown>} save */
async function asked(t, body, writes, save) {
  const trouble = h("div", { role: "alert" });
  for (;;) {
    const answer = await sheet({ t, body: [...body, trouble], actions: writes ? [{ value: "save", t: "common.save", kind: "primary" }] : [{ value: "", t: "common.close", kind: "primary" }] });
    if (answer !== "save") return;
    try {
      await save();
      return;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      trouble.replaceChildren(note({ text: i18n.error(error), icon: "alert", tone: "bad" }));
    }
  }
}

/** @param {Model} model */
export async function typeSettings(model) {
  await model.flush();
  const { chosen } = model;
  if (!chosen) return;
  const form = settingsForm(chosen, !model.writes);
  const file = h("a", { class: "button", href: model.page.api.url(`/api/task-types/${chosen.code}/answers`, { surface: "console", language: i18n.locale }), download: `${chosen.code}.csv` }, h("span", { t: "forms.answers_file" }));
  await asked("forms.type.settings", [form.element, file], model.writes, async () => {
    const saved = await model.page.api.put(`/api/task-types/${chosen.code}`, { ...form.read(), version: model.chosen?.version ?? chosen.version });
    model.chosen = model.replace(saved);
    for (const what of ["types", "saved"]) model.tell(what);
  });
}

/** @param {Model} model */
export async function newType(model) {
  const code = field({ t: "forms.type.code", name: "code", hint: "forms.type.code.hint", maxlength: 32 });
  const form = settingsForm(NEW, false);
  await asked("forms.type.new", [code, form.element], true, async () => {
    const made = await model.page.api.post("/api/task-types", { code: code.control.value.trim(), ...form.read() });
    model.types = [...model.types, made];
    await model.choose(made.code);
  });
}
