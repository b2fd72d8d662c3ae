// `<cs-icon name="torch">`: a line icon out of `icons/ui.svg`, in the colour of the text, hidden from readers.

import { svgUse } from "parts/dom.js";

class Icon extends HTMLElement {
  static observedAttributes = ["name"];

  attributeChangedCallback() {
    this.replaceChildren(svgUse(`${import.meta.resolve("icons/ui.svg")}#${this.getAttribute("name")}`, "0 0 24 24"));
  }
}

customElements.define("cs-icon", Icon);

/** @param {string} name */
export function icon(name) {
  const element = document.createElement("cs-icon");
  element.setAttribute("name", name);
  return element;
}
