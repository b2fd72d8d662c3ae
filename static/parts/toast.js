// `<cs-toast>`: a short word at the bottom that goes by itself, with an undo where something can be undone.

import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import { i18n } from "parts/words.js";

/** @typedef {{t?: string, params?: object, text?: string, tone?: string, undo?: () => unknown, seconds?: number}} ToastProps */

export class Toast extends HTMLElement {
  connectedCallback() {
    this.setAttribute("role", "status");
    this.setAttribute("aria-live", "polite");
  }

  /** @param {ToastProps} props @returns {() => void} takes it away */
  show({ t, params, text, tone, undo, seconds = undo ? 10 : 6 }) {
    /** @type {() => void} */
    const away = () => box.remove();
    /** @type {HTMLElement} */
    const box = h(
      "div", { data: { tone } },
      t ? h("span", { class: "grow", t, params }) : h("span", { class: "grow", text: text ?? "" }),
      undo && button({
        t: "common.undo",
        action: async () => {
          away();
          await undo();
        },
      }),
      button({ icon: "close", size: "icon", label: "common.close", action: away }),
    );
    this.replaceChildren(box);
    let timer = 0;
    const stay = () => clearTimeout(timer);
    const goSoon = () => {
      stay();
      timer = setTimeout(away, seconds * 1000);
    };
    goSoon();
    // Whoever points at it or stands in it is reading; it goes once they have left, or it would cover the page for good.
    for (const type of ["pointerenter", "focusin"]) box.addEventListener(type, stay);
    for (const type of ["pointerleave", "focusout"]) box.addEventListener(type, goSoon);
    return away;
  }

  /** What went wrong, in the reader's words. @param {unknown} error */
  fault(error) {
    return this.show({ text: i18n.error(error), tone: "bad", seconds: 9 });
  }
}

customElements.define("cs-toast", Toast);
