// The keyboard: single keys outside of fields, Alt with a digit for proposals. Press ? to see them.

import { h } from "parts/dom.js";
import { attempt } from "parts/button.js";
import { ask } from "parts/dialog.js";
import { planAgain } from "pages/console/plan-open.js";
import { newTask } from "pages/console/new-task.js";

const KEYS = /** @type {const} */ ([
  ["/", "search"], ["↑ ↓", "walk"], ["M", "map"], ["T", "tables"], ["H", "timeline"], ["I", "inbox"], ["N", "new"], ["R", "plan"], ["Alt 1–3", "assign"], ["Esc", "close"], ["?", "help"],
]);
const WRITES = "input:not([type=radio]), select, textarea, dialog";

/** @param {{list: import("pages/console/task-list.js").TaskList, show: (view: "list" | "map" | "tables" | "timeline") => void,
 *   board: import("pages/console/board.js").Board, page: import("parts/page.js").Page}} parts */
export function listenToKeys({ list, show, board, page }) {
  /** @type {Record<string, () => unknown>} */
  const does = {
    "/": () => {
      show("list");
      list.search.focus();
    },
    m: () => show("map"),
    t: () => show("tables"),
    h: () => show("timeline"),
    i: () => {
      show("list");
      list.only("inbox");
    },
    n: () => attempt(document.body, () => newTask(board, page)),
    r: () => planAgain(board, show),
    "?": () => showKeys(),
    Escape: () => board.choose(null),
  };
  addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.key === "Escape" && target === list.search) list.search.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest(WRITES) || document.querySelector("dialog[open]")) return;
    const act = does[event.key.length === 1 ? event.key.toLowerCase() : event.key]; // Caps Lock means the same key
    if (!act) return;
    event.preventDefault();
    void act();
  });
}

export function showKeys() {
  return ask({ t: "console.keys", body: [h("dl", { class: "console-keys" }, KEYS.map(([key, what]) => [h("dt", null, h("kbd", { text: key })), h("dd", { t: `console.key.${what}` })]))],
    actions: [{ value: "ok", t: "common.close", kind: "primary" }] });
}
