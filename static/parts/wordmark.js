// Whose page this is, in the reader's language where the utility has not given itself one name for all.

import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";
import { t } from "parts/words.js";

/** @typedef {import("parts/page.js").Shell} Shell */

/** @param {Shell} shell */
export function wordmark({ utility }) {
  return h("div", { class: "wordmark" }, icon("drop"), h("span", utility ? { text: utility } : { t: "common.utility" }));
}

/** What the browser's tab says. @param {Shell} shell */
export function pageTitle({ page, utility }) {
  return t(`common.title.${page}`, { utility: utility || t("common.utility") });
}
