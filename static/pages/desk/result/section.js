// One question of the result: its title, what answers it, and why the answer was refused.

import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";

/** @typedef {ReturnType<typeof section>} Section */

/** @param {string} title @param {HTMLElement} body */
export function section(title, body) {
  const trouble = h("p", { class: "fault", role: "alert" });
  const element = h("section", { class: "result-part" }, h("h4", { t: title }), trouble, body);
  return {
    element,
    /** @param {string | null} text a key of the desk's texts, or words */
    fault(text) {
      element.toggleAttribute("data-faulty", text !== null);
      trouble.replaceChildren(...(text === null ? [] : [icon("alert"), h("span", text.startsWith("desk.") ? { t: text } : { text })]));
    },
    show() {
      element.scrollIntoView({ block: "center" });
      /** @type {HTMLElement | null} */ (element.querySelector("input, select, button"))?.focus({ preventScroll: true });
    },
  };
}

const OWNERS = /** @type {Record<string, string>} */ ({ no_still_reason: "still_ids", visit: "outcome", window: "outcome", parts: "outcome" });

/** Where something said about a field of the API is shown. @param {Record<string, Section>} parts @param {string} name @returns {Section | undefined} */
export function placeOf(parts, name) {
  return parts[OWNERS[name] ?? name];
}
