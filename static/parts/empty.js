// What a page shows while it has nothing: `<cs-skeleton rows="3">` while loading, `nothing()` when there is
// nothing, `failed()` when it could not be read, with a way on.

import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";
import { i18n, t } from "parts/words.js";

class Skeleton extends HTMLElement {
  connectedCallback() {
    const rows = Number(this.getAttribute("rows") ?? 3);
    this.setAttribute("role", "status");
    this.setAttribute("aria-label", t("common.loading"));
    this.replaceChildren(...Array.from({ length: rows }, () => document.createElement("i")));
  }
}

customElements.define("cs-skeleton", Skeleton);

/** @param {number} [rows] */
export function skeleton(rows = 3) {
  return h("cs-skeleton", { rows });
}

/** @param {{t: string, more?: string, params?: object, icon?: string, picture?: Element}} props `t` and `more` are keys @param {...Node} actions */
export function nothing({ t: key, more, params, icon: name = "empty", picture }, ...actions) {
  return h("div", { class: "empty" }, picture ?? icon(name), h("b", { t: key, params }), more && h("p", { t: more, params }), actions);
}

/** @param {unknown} error @param {() => unknown} [retry] */
export function failed(error, retry) {
  return h(
    "div", { class: "empty", role: "alert" }, icon("alert"), h("b", { text: i18n.error(error) }),
    retry && button({ t: "common.retry", icon: "again", action: async () => retry() }),
  );
}
