// A status: colour, icon and word together, never colour alone.

import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";

/** @typedef {"ok" | "warn" | "bad" | "brand" | ""} Tone */

/** @param {{t?: string, params?: object, text?: string, icon?: string, tone?: Tone}} props */
export function chip({ t, params, text, icon: name, tone }) {
  return h("span", { class: "chip", data: { tone: tone || null } }, name && icon(name), t ? h("span", { t, params }) : text);
}

/** A boxed remark. @param {{t?: string, params?: object, text?: string, icon?: string, tone?: Tone, role?: string}} props @param {...Node} more */
export function note({ t, params, text, icon: name = "info", tone, role }, ...more) {
  return h(
    "div", { class: "note", role, data: { tone: tone || null } },
    icon(name),
    h("div", { class: "stack grow", style: null }, t ? h("p", { t, params }) : text && h("p", { text }), more),
  );
}
