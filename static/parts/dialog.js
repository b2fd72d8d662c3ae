// Questions above the page: `ask` (dialog) and `sheet` (from the bottom on a phone). Escape, the backdrop and the
// browser's back button answer null. Focus returns to where it was: that is the browser's own `<dialog>`.

import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import { asEntry } from "parts/sheet-entries.js";

/** @typedef {{value: string, t?: string, text?: string, kind?: "primary" | "quiet" | "danger" | "hold", icon?: string}} Action */

/**
 * @param {{t?: string, title?: string, params?: object, body?: Node[], text?: string, actions: Action[], firm?: boolean}} props
 *   `t` and `text` are keys, `title` plain; `firm` cannot be dismissed
 * @returns {Promise<string | null>} the action's value
 */
export function ask(props) {
  return open("dialog", props);
}

/** @param {Parameters<typeof ask>[0]} props */
export function sheet(props) {
  return open("sheet", props);
}

/** @param {string} kind @param {Parameters<typeof ask>[0]} props @returns {Promise<string | null>} */
async function open(kind, { t, title, params, body = [], text, actions, firm = false }) {
  const heading = t ? h("h2", { t, params, id: "dialog-title" }) : h("h2", { text: title ?? "", id: "dialog-title" });
  const dialog = h("dialog", { class: kind, "aria-labelledby": "dialog-title" });
  dialog.append(
    h("div", { class: "title" }, heading,
      !firm && button({ icon: "close", size: "icon", kind: "quiet", label: "common.close", action: () => dialog.close("") })),
    h("div", { class: "stack" }, text && h("p", { t: text, params }), body),
    h("div", { class: "actions" }, actions.map((action) =>
      button({ t: action.t, text: action.text, kind: action.kind, icon: action.icon, action: () => dialog.close(action.value) }))),
  );
  if (firm) dialog.addEventListener("cancel", (event) => event.preventDefault());
  else {
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog && outside(dialog, event)) dialog.close("");
    });
  }
  document.body.append(dialog);
  dialog.showModal();
  toTrouble(dialog);
  await asEntry(dialog, { firm });
  dialog.remove();
  return dialog.returnValue || null;
}

/** One that is asked again opens where the trouble is: at what has to be mended, with the words about it in sight. @param {HTMLElement} dialog */
function toTrouble(dialog) {
  /** @type {HTMLElement | null} */ (dialog.querySelector("[aria-invalid=true]"))?.focus();
  dialog.querySelector("[role=alert]:not(:empty)")?.scrollIntoView({ block: "nearest" });
}

/** @param {HTMLElement} element @param {MouseEvent} event */
function outside(element, event) {
  const box = element.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
