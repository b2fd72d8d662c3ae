// `<cs-banner>`: one line above everything: offline, reconnecting, N actions queued, or a page's own word. The
// device's own state comes by itself; a page sets the others. The most serious one is shown.

import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";

/** @typedef {{t: string, params?: object, tone?: string, icon?: string}} Line */

const ORDER = ["offline", "reconnecting", "queued", "page"];

export class Banner extends HTMLElement {
  constructor() {
    super();
    /** @type {Map<string, Line>} */
    this.lines = new Map();
  }

  connectedCallback() {
    this.setAttribute("role", "status");
    const check = () => this.put("offline", navigator.onLine ? null : { t: "common.banner.offline", icon: "offline", tone: "bad" });
    addEventListener("online", check);
    addEventListener("offline", check);
    check();
  }

  /** @param {boolean} on */
  reconnecting(on) {
    this.put("reconnecting", on ? { t: "common.banner.reconnecting", icon: "again" } : null);
  }

  /** @param {number} count */
  queued(count) {
    this.put("queued", count ? { t: "common.banner.queued", params: { count }, icon: "queue" } : null);
  }

  /** A page's own line, or null. @param {Line | null} line */
  say(line) {
    this.put("page", line);
  }

  /** @param {string} place @param {Line | null} line */
  put(place, line) {
    if (line) this.lines.set(place, line);
    else this.lines.delete(place);
    const shown = ORDER.map((name) => this.lines.get(name)).find(Boolean);
    const queued = this.lines.get("queued");
    this.replaceChildren(
      ...(shown
        ? [h("div", { data: { tone: shown.tone } }, icon(shown.icon ?? "info"), h("span", { t: shown.t, params: shown.params }),
            queued && shown !== queued && h("span", { t: queued.t, params: queued.params }))]
        : []),
    );
  }
}

customElements.define("cs-banner", Banner);
