// A dialog that asks for more than one word. It closes when `save` says that it worked; until then what was typed stays.
// It is an entry of the history, as every dialog is: the browser's back button closes it, not the page.

import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import { asEntry } from "parts/sheet-entries.js";

/** @param {{t: string, body: Node[], submit: HTMLElement, save: () => Promise<boolean>, focus?: HTMLElement, wide?: boolean}} props @returns {Promise<boolean>} whether it was saved */
export async function formDialog({ t: title, body, submit, save, focus, wide = false }) {
  const dialog = h("dialog", { class: "dialog", "aria-labelledby": "form-title", data: { wide } });
  const form = h("form", { class: "stack", novalidate: true }, body, h("div", { class: "actions" }, button({ t: "common.cancel", action: () => dialog.close("") }), submit));
  dialog.append(
    h("div", { class: "title" }, h("h2", { id: "form-title", t: title }), button({ icon: "close", size: "icon", kind: "quiet", label: "common.close", action: () => dialog.close("") })),
    form,
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (submit.getAttribute("aria-busy") === "true") return;
    submit.setAttribute("aria-busy", "true");
    try {
      if (await save()) dialog.close("saved");
    } finally {
      submit.removeAttribute("aria-busy");
    }
  });
  document.body.append(dialog);
  dialog.showModal();
  focus?.focus();
  await asEntry(dialog);
  dialog.remove();
  return dialog.returnValue === "saved";
}
