// The form that is being written: sections with their fields as rows; the open one shows its settings. Every step has a
// button, and Alt with an arrow moves what has the focus.

import { TYPES } from "lib/form-rules.js";
import { addField, addSection, changeSection, moveField, moveSection, removeField, removeSection } from "lib/form-editing.js";
import { wordsOf } from "parts/form-words.js";
import { attempt, button } from "parts/button.js";
import { chip } from "parts/chip.js";
import { ask } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { nothing } from "parts/empty.js";
import { icon } from "parts/icon.js";
import { redraw } from "parts/redraw.js";
import { t } from "parts/words.js";
import { fieldEditor } from "pages/forms/field-editor.js";
import { Standing } from "pages/forms/standing.js";
import { typeName } from "pages/forms/type-list.js";
import { typeSettings } from "pages/forms/type-settings.js";
import { wordsField } from "pages/forms/words-field.js";

/** @typedef {import("lib/form-editing.js").Place} Place */
/** @typedef {import("lib/form-rules.js").Section} Section */

export class Editor {
  /** @param {import("pages/forms/model.js").Model} model */
  constructor(model) {
    this.model = model;
    this.title = h("h2");
    this.body = h("div", { class: "stack forms-sections" });
    this.standing = new Standing(model);
    this.element = h("div", { class: "stack" },
      h("div", { class: "split forms-title" }, this.title,
        button({ t: "forms.type.settings", icon: "filter", action: (event) => attempt(event.currentTarget, () => typeSettings(model)) })),
      this.standing.element, this.body);
    model.addEventListener("form", () => this.draw());
    model.addEventListener("types", () => this.head());
    model.addEventListener("words", () => this.follow());
    this.body.addEventListener("keydown", (event) => this.key(event));
  }

  head() {
    const { chosen } = this.model;
    this.title.textContent = chosen ? typeName(chosen) : "";
  }

  draw() {
    const { form, writes } = this.model;
    this.head();
    this.standing.draw();
    redraw(this.body, () => this.body.replaceChildren(
      ...(form.sections.length ? form.sections.map((section, at) => this.section(section, at)) : [nothing({ t: "forms.empty", more: "forms.empty.more", icon: "list" })]),
      ...(writes ? [button({ t: "forms.section.add", icon: "plus", data: { id: "section-add" }, action: () => this.change(addSection(form)) })] : [])));
  }

  /** @param {import("lib/form-rules.js").Form} form @param {Place | null} [open] */
  change(form, open = this.model.open) {
    this.model.open = open;
    this.model.change(form, "form");
  }

  /** @param {Section} section @param {number} at */
  section(section, at) {
    const { model } = this;
    const { form, writes } = model;
    const last = form.sections.length - 1;
    return h("section", { class: "card stack forms-section" },
      h("div", { class: "forms-section-head" },
        h("h3", { text: wordsOf(section.title) || t("forms.section.unnamed"), data: { section: at } }),
        writes && h("div", { class: "cluster forms-steps" },
          step("up", "forms.section.up", at === 0, `section-up-${section.id}`, () => this.change(moveSection(form, at, -1), null)),
          step("down", "forms.section.down", at === last, `section-down-${section.id}`, () => this.change(moveSection(form, at, 1), null)),
          step("trash", "forms.section.remove", false, "", () => this.drop(at)))),
      wordsField({ t: "forms.section.title", words: section.title, readonly: !writes, focus: `title-${section.id}`, change: (title) => model.change(changeSection(model.form, at, { title }), "words") }),
      h("ol", { class: "forms-fields" }, section.fields.map((field, index) => this.row({ section: at, field: index }))),
      writes && this.adder(at));
  }

  /** @param {number} at */
  async drop(at) {
    const { form } = this.model;
    if (form.sections[at]?.fields.length) {
      const answer = await ask({ t: "forms.section.remove.title", text: "forms.section.remove.text", actions: [{ value: "", t: "common.cancel" }, { value: "yes", t: "forms.section.remove", kind: "danger" }] });
      if (answer !== "yes") return;
    }
    this.change(removeSection(this.model.form, at), null);
  }

  /** @param {Place} place */
  row(place) {
    const { model } = this;
    const { form, writes } = model;
    const field = form.sections[place.section]?.fields[place.field];
    if (!field) return null;
    const open = model.open?.section === place.section && model.open.field === place.field;
    const where = `sections.${place.section}.fields.${place.field}`;
    const move = (/** @type {number} */ by) => {
      const moved = moveField(model.form, place, by);
      this.change(moved.form, open ? moved.place : null);
    };
    return h("li", { class: "forms-field", data: { open: String(open), where, place: `${place.section}.${place.field}` } },
      h("div", { class: "forms-field-head" },
        h("button", { class: "forms-field-name", type: "button", "aria-expanded": String(open), data: { id: `field-${field.id}` }, on: { click: () => this.open(open ? null : place) } },
          icon(open ? "up" : "down"), h("b", { text: wordsOf(field.label) || t("forms.field.unnamed") }),
          h("span", { class: "muted small", t: `forms.kind.${field.type}` }),
          field.required && chip({ t: "forms.required.short", tone: "brand" }),
          (field.visible_when?.length || field.required_when?.length) && chip({ t: "forms.conditional", icon: "filter" }),
          h("span", { class: "forms-wrong" }, this.wrong(where))),
        writes && h("div", { class: "cluster forms-steps" },
          step("up", "forms.field.up", place.section === 0 && place.field === 0, `up-${field.id}`, () => move(-1)),
          step("down", "forms.field.down", place.section === form.sections.length - 1 && place.field === (form.sections[place.section]?.fields.length ?? 0) - 1, `down-${field.id}`, () => move(1)),
          step("trash", "forms.field.remove", false, "", () => this.remove(place)))),
      open && fieldEditor(model, place));
  }

  /** @param {Place} place */
  remove(place) {
    const had = this.model.form;
    this.change(removeField(had, place), null);
    this.model.page.toast.show({ t: "forms.field.removed", undo: () => this.change(had, null) });
  }

  /** @param {string} where */
  wrong(where) {
    const fault = this.model.faults.find((each) => each.where === where || each.where.startsWith(`${where}.`));
    return fault ? chip({ text: t(`errors.${fault.code}`, fault.params), icon: "alert", tone: "bad" }) : null;
  }

  /** @param {Place | null} place */
  open(place) {
    this.model.open = place;
    this.draw();
  }

  /** @param {number} section */
  adder(section) {
    const kind = h("select", { class: "input", label: "forms.field.kind" }, TYPES.map((type) => h("option", { value: type, t: `forms.kind.${type}` })));
    return h("div", { class: "forms-adder" }, kind, button({ t: "forms.field.add", icon: "plus", data: { id: `add-${section}` }, action: () => {
      const form = addField(this.model.form, section, kind.value);
      this.change(form, { section, field: (form.sections[section]?.fields.length ?? 1) - 1 });
      /** @type {HTMLElement | null} */ (this.body.querySelector('.forms-field[data-open="true"] input'))?.focus();
    } }));
  }

  /** Names and faults, while somebody writes in the settings below. */
  follow() {
    const { form } = this.model;
    for (const head of this.body.querySelectorAll("h3[data-section]")) {
      head.textContent = wordsOf(form.sections[Number(/** @type {HTMLElement} */ (head).dataset["section"])]?.title) || t("forms.section.unnamed");
    }
    for (const row of /** @type {NodeListOf<HTMLElement>} */ (this.body.querySelectorAll(".forms-field"))) {
      const [section = 0, at = 0] = (row.dataset["place"] ?? "").split(".").map(Number);
      const name = row.querySelector("b");
      if (name) name.textContent = wordsOf(form.sections[section]?.fields[at]?.label) || t("forms.field.unnamed");
      const wrong = this.wrong(row.dataset["where"] ?? "");
      row.querySelector(".forms-wrong")?.replaceChildren(...(wrong ? [wrong] : []));
    }
  }

  /** Alt with an arrow moves the field that has the focus. @param {KeyboardEvent} event */
  key(event) {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown") || !this.model.writes) return;
    const row = event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest(".forms-field")) : null;
    if (!row) return;
    event.preventDefault();
    const [section = 0, field = 0] = (row.dataset["place"] ?? "").split(".").map(Number);
    const id = this.model.form.sections[section]?.fields[field]?.id;
    const moved = moveField(this.model.form, { section, field }, event.key === "ArrowUp" ? -1 : 1);
    this.change(moved.form, this.model.open ? moved.place : null);
    /** @type {HTMLElement | null} */ (this.body.querySelector(`[data-id="field-${id}"]`))?.focus();
  }
}

/** @param {string} name @param {string} label @param {boolean} disabled @param {string} id @param {() => unknown} action */
function step(name, label, disabled, id, action) {
  return button({ icon: name, size: "icon", kind: "quiet", label, disabled, data: { id }, action });
}
