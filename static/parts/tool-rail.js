// `<cs-tool-rail tools="pointer pen arrow box text">`: which tool draws. `value` is the tool; `choose` is dispatched on
// change. A second press on the same tool puts it away.

import { button } from "parts/button.js";

export class ToolRail extends HTMLElement {
  constructor() {
    super();
    this.value = "";
  }

  connectedCallback() {
    this.setAttribute("role", "toolbar");
    this.dataset["tLabel"] = "common.ink.tools";
    const tools = (this.getAttribute("tools") ?? "pointer pen arrow box text").split(" ");
    const words = this.hasAttribute("words");
    this.prepend(
      ...tools.map((tool) =>
        button({
          icon: tool, data: {}, "data-tool": tool, pressed: tool === this.value,
          ...(words ? { t: `common.ink.${tool}` } : { label: `common.ink.${tool}`, title: `common.ink.${tool}` }),
          action: () => this.choose(tool === this.value ? "" : tool),
        })),
    );
  }

  /** @param {string} tool */
  choose(tool) {
    this.value = tool;
    for (const element of this.querySelectorAll("[data-tool]")) {
      element.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (element).dataset["tool"] === tool));
    }
    this.dispatchEvent(new CustomEvent("choose", { detail: tool }));
  }
}

customElements.define("cs-tool-rail", ToolRail);
