// The kinds of tasks; the chosen one is written beside.

import { attempt, button } from "parts/button.js";
import { chip } from "parts/chip.js";
import { h } from "parts/dom.js";
import { redraw } from "parts/redraw.js";
import { i18n, nameOf, t } from "parts/words.js";
import { newType } from "pages/forms/type-settings.js";

/** @typedef {import("pages/forms/model.js").TaskType} TaskType */

/** @param {{name: string, name_en: string, name_zh_hant: string}} type */
export function typeName(type) {
  return i18n.language === "zh-Hant" ? type.name_zh_hant || type.name : nameOf(type);
}

export class TypeList {
  /** @param {import("pages/forms/model.js").Model} model */
  constructor(model) {
    this.model = model;
    this.list = h("ul", { class: "forms-list" });
    const add = model.writes && button({ t: "forms.type.new", icon: "plus", action: (event) => attempt(event.currentTarget, () => newType(model)) });
    this.element = h("div", { class: "stack" }, this.list, add);
    model.addEventListener("types", () => this.draw());
  }

  draw() {
    redraw(this.list, () => this.list.replaceChildren(...this.model.types.map((type) => this.row(type))));
  }

  /** @param {TaskType} type */
  row(type) {
    const chosen = type.code === this.model.chosen?.code;
    return h("li", null, h("button", { class: "forms-type", type: "button", "aria-current": chosen ? "true" : null, data: { id: type.code },
      on: { click: (/** @type {Event} */ event) => attempt(event.currentTarget, () => this.model.choose(type.code)) } },
      h("b", { text: typeName(type) }),
      h("span", { class: "cluster" },
        h("small", { class: "muted", text: type.form ? t("forms.version", { number: type.form }) : t("forms.version.none") }),
        type.has_draft && chip({ t: "forms.draft", icon: "pen", tone: "warn" }),
        !type.active && chip({ t: "forms.inactive", icon: "pause" }))));
  }
}
