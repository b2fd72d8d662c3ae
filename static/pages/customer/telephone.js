// The utility's own number, as a line to tap, wherever a voice may help more than the page. Nothing where none is set.

import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";
import { spaced } from "lib/phone.js";

/** @param {import("parts/page.js").Page} page @param {string} [key] */
export function telephone(page, key = "customer.telephone") {
  const { phone } = page.shell;
  if (!phone) return null;
  return h("a", { class: "row telephone", href: `tel:${phone.replace(/[^+0-9]/g, "")}` },
    icon("phone"), h("span", { class: "grow" }, h("b", { t: key }), h("small", { class: "number", text: spaced(phone) })));
}
