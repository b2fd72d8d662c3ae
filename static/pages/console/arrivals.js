// Says aloud, politely, that something new waits for a decision.

import { h } from "parts/dom.js";
import { t } from "parts/words.js";
import { title } from "pages/console/words.js";

export class Arrivals {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.element = h("p", { class: "visually-hidden", role: "status", "aria-live": "polite" });
    /** @type {Set<string> | null} */
    let known = null;
    board.addEventListener("change", () => {
      const fresh = board.inbox.filter((task) => known && !known.has(task.id));
      known = new Set(board.inbox.map((task) => task.id));
      if (fresh[0]) this.element.textContent = t("console.inbox.new", { what: title(fresh[0]), where: fresh[0].address });
    });
  }
}
