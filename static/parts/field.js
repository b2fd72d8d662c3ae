// A labelled input with its hint and its fault. `fault()` is read out and tied to the input.

import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";
import { i18n } from "parts/words.js";

let made = 0;

/**
 * @param {{t: string, name: string, hint?: string, optional?: boolean, input?: HTMLElement, type?: string, value?: string,
 *   [attribute: string]: unknown}} props `t` and `hint` are keys; `input` replaces the usual `<input>`
 */
export function field({ t, name, hint, optional, input, type = "text", value = "", ...rest }) {
  made += 1;
  const id = `field-${made}`;
  const control = /** @type {HTMLInputElement} */ (
    input ?? h(type === "textarea" ? "textarea" : "input", { class: "input", type: type === "textarea" ? null : type, name, value, ...rest })
  );
  control.id = id;
  const trouble = h("p", { class: "fault", id: `${id}-fault`, role: "alert" });
  control.setAttribute("aria-describedby", [hint && `${id}-hint`, `${id}-fault`].filter(Boolean).join(" "));
  const element = h(
    "div", { class: "field" },
    h("label", { for: id }, h("span", { t }), optional && " ", optional && h("span", { class: "optional", t: "common.optional" })),
    control,
    hint && h("p", { class: "hint", id: `${id}-hint`, t: hint }),
    trouble,
  );
  return Object.assign(element, {
    control,
    /** @param {string | null} key */
    fault(key) {
      control.setAttribute("aria-invalid", String(key !== null));
      trouble.replaceChildren(...(key === null ? [] : [icon("alert"), h("span", { text: key.includes(".") ? i18n.t(key) : key })]));
    },
  });
}

/**
 * One of a few, side by side.
 * @param {{name: string, label: string, value?: string, options: {value: string, t?: string, text?: string}[], change?: (value: string) => void}} props
 */
export function segmented({ name, label, value, options, change }) {
  return h(
    "div", { class: "segmented", role: "radiogroup", label },
    options.map((option) =>
      h("label", null,
        h("input", { type: "radio", name, value: option.value, checked: option.value === value, on: { change: () => change?.(option.value) } }),
        h("span", { t: option.t, text: option.text }))),
  );
}
