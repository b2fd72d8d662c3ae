// Asking for a person: what to say and show beforehand, and what will happen.

import { attempt, button } from "parts/button.js";
import { note } from "parts/chip.js";
import { ask as asks } from "parts/dialog.js";
import { art, h } from "parts/dom.js";
import { field } from "parts/field.js";
import { keepTyped } from "parts/typed.js";
import { askOwnWords } from "pages/customer/ask.js";
import { frame } from "pages/customer/frame.js";
import { telephone } from "pages/customer/telephone.js";
import { pass, passed } from "pages/customer/screen.js";

/** @typedef {import("pages/customer/screen.js").MakeScreen} MakeScreen */

/** @type {MakeScreen} */
export function person(model, page) {
  const words = field({
    t: "customer.person.describe", name: "description", hint: "customer.person.describe.hint", optional: true, type: "textarea", rows: 3, maxlength: 1000,
    value: model.request?.description ?? "",
  });
  const forget = keepTyped(words.control, `description-${model.name}`);
  const back = model.guide && passed(model, "person") ? () => pass(model, "person", false) : undefined;
  const ask = async () => {
    const description = words.control.value.trim();
    if (description !== (model.request?.description ?? "")) await model.change({ description });
    forget();
    await model.askPerson();
    pass(model, "person", false);
  };
  const off = async () => {
    const choice = await asks({
      t: "customer.withdraw.title", text: "customer.withdraw.text",
      actions: [{ value: "", t: "customer.withdraw.keep", kind: "primary" }, { value: "off", t: "customer.withdraw.fixed", kind: "danger" }],
    });
    if (choice === "off") await model.withdraw();
  };
  return {
    back: back ?? (() => pass(model, "what")),
    element: frame(
      {
        step: 4, t: "customer.person.title", lead: "customer.person.lead", picture: art("waiting"), back,
        bottom: [button({ t: "customer.person.ask", icon: "video", kind: "primary", size: "main", action: ask })],
      },
      words,
      askOwnWords(model),
      note({ t: "customer.person.next" }),
      telephone(page),
      h("p", null, button({ t: "customer.withdraw.fixed", kind: "quiet", action: (event) => attempt(event.currentTarget, off) })),
    ),
  };
}
