// The phone as a representative will see it: the very component that the phone has, filled in for trial. Nothing of it
// is kept.

import { faultsOf } from "lib/form-definition.js";
import { uuid7 } from "lib/ids.js";
import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import { nothing } from "parts/empty.js";
import { FormView } from "parts/form.js";
import { typeName } from "pages/forms/type-list.js";

const PARTS = { coupling_dn15: 2, gasket_dn15: 4 };

export class Preview {
  /** @param {import("pages/forms/model.js").Model} model */
  constructor(model) {
    this.model = model;
    /** @type {Record<string, any>} what was tried; stays while the form is written on */
    this.answers = {};
    this.code = "";
    /** @type {Map<string, Blob>} */
    this.blobs = new Map();
    this.title = h("h2");
    this.screen = h("div", { class: "forms-screen" });
    /** @type {FormView | null} */
    this.view = null;
    this.said = h("p", { class: "small", role: "status" });
    this.element = h("div", { class: "stack" },
      h("div", { class: "split" }, h("h2", { class: "forms-label", t: "forms.preview" }),
        h("div", { class: "cluster" },
          button({ t: "forms.preview.clear", icon: "again", kind: "quiet", action: () => this.clear() }))),
      h("div", { class: "forms-phone" }, h("div", { class: "forms-phone-head" }, this.title), this.screen,
        button({ t: "forms.preview.finish", icon: "done", kind: "primary", action: () => this.check() })), this.said);
    for (const what of ["form", "words"]) model.addEventListener(what, () => this.draw());
  }

  clear() {
    this.answers = {};
    this.blobs.clear();
    this.draw();
  }

  check() {
    const faults = this.view?.check().faults.length ?? 0;
    this.said.replaceChildren(h("span", { t: faults ? "forms.preview.wrong" : "forms.preview.right", params: { count: faults } }));
    if (faults) this.view?.toFault();
  }

  draw() {
    const { chosen, form } = this.model;
    if (chosen && chosen.code !== this.code) {
      this.code = chosen.code;
      this.answers = {};
      this.blobs.clear();
    }
    this.said.replaceChildren();
    this.title.textContent = chosen ? typeName(chosen) : "";
    const top = this.screen.scrollTop;
    // A form that is not sound may still be shown, as far as its shape allows.
    const shape = faultsOf(form).some(({ code }) => code === "form_shape" || code === "form_type" || code === "form_no_options");
    if (shape || !form.sections.length) {
      this.view = null;
      this.screen.replaceChildren(nothing({ t: "forms.preview.none", icon: "phone" }));
      return;
    }
    const photos = {
      add: async (/** @type {File} */ file) => {
        const id = uuid7();
        this.blobs.set(id, file);
        return { id, blob: file };
      },
      remove: async (/** @type {string} */ id) => this.blobs.delete(id),
      blob: (/** @type {string} */ id) => this.blobs.get(id),
    };
    const view = new FormView(form, { answers: this.answers, photos, parts: PARTS });
    view.addEventListener("change", () => {
      this.answers = view.answers;
      this.said.replaceChildren();
    });
    this.view = view;
    this.screen.replaceChildren(view.element);
    this.screen.scrollTop = top;
  }
}
