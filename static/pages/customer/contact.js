// How to reach the customer if the line drops.

import { ApiError } from "lib/api.js";
import { h } from "parts/dom.js";
import { field } from "parts/field.js";
import { phoneField } from "parts/phone-field.js";

/** @param {import("pages/customer/case.js").Case} model @param {import("parts/page.js").Page} page */
export function contactForm(model, page) {
  const contact = model.request?.contact;
  const name = field({ t: "customer.contact.name", name: "name", optional: true, value: contact?.name ?? "", maxlength: 80, autocomplete: "name" });
  const phone = phoneField({ t: "customer.contact.phone", hint: "customer.contact.why", value: contact?.phone ?? "", region: page.shell.region });
  return {
    element: h("div", { class: "stack" }, h("div", { class: "stack" }, phone, name)),
    /** Answers whether it was stored. */
    async save() {
      const number = phone.value();
      if (number === null) return false;
      try {
        await model.change({ contact: { name: name.control.value.trim(), phone: number } });
        return true;
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 422) throw error;
        phone.fault("common.phone.invalid");
        return false;
      }
    },
  };
}
