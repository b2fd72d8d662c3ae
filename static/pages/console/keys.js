// The keyboard: single keys outside of fields, Alt with a digit for proposals. Press ? to see them.

import { h } from "parts/dom.js";
import { attempt } from "parts/button.js";
import { ask } from "parts/dialog.js";
import { planAgain } from "pages/console/plan-open.js";
import { palette } from "pages/console/palette.js";
import { newTask } from "pages/console/new-task.js";

const KEYS = /** @type {const} */ ([
  ["/", "search"], ["↑ ↓", "walk"], ["M", "map"], ["T", "tables"], ["H", "timeline"], ["I", "inbox"], ["N", "new"], ["R", "plan"], ["P", "promises"], ["Alt 1–3", "assign"], ["1–9", "decide"], ["Ctrl K", "palette"], ["Ctrl Z, ⇧ Ctrl Z", "undo"],
  ["← ↑ ↓ →", "walk_day"], ["M", "move"], ["L", "lock"], ["+ −", "zoom"], ["Esc", "close"], ["?", "help"],
]);
const WRITES = "input:not([type=radio]), select, textarea, dialog";

/** @typedef {"list" | "map" | "tables" | "timeline"} Place */
/**
 * @typedef {{list: import("pages/console/task-list.js").TaskList, show: (view: Place) => void, board: import("pages/console/board.js").Board,
 *   page: import("parts/page.js").Page, detail: import("pages/console/detail.js").Detail, timeline: import("pages/console/timeline.js").Timeline,
 *   actions: () => import("pages/console/palette.js").Entry[]}} Parts
 */

/** @param {Parts} parts */
export function listenToKeys({ list, show, board, page, detail, timeline, actions }) {
  const zoom = (/** @type {number} */ by) => () => timeline.element.checkVisibility() && timeline.zoom(by);
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
    p: () => board.choose({ kind: "promises", id: "now" }),
    r: () => planAgain(board, show),
    "+": zoom(1), "=": zoom(1), "-": zoom(-1),
    "?": () => showKeys(),
    Escape: () => board.choose(null),
    ...Object.fromEntries(Array.from({ length: 9 }, (_, at) => [String(at + 1), () => detail.exceptions.press(at)])),
  };
  /** With Ctrl, or ⌘. @type {Record<string, (event: KeyboardEvent) => unknown>} */
  const commands = {
    k: () => palette(board, actions()),
    z: (event) => attempt(document.body, () => (event.shiftKey ? board.moves.redo() : board.moves.undo()) ?? Promise.resolve()),
    y: () => attempt(document.body, () => board.moves.redo()),
  };
  addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key; // Caps Lock means the same key
    if (event.key === "Escape" && target === list.search) list.search.blur();
    const command = (event.ctrlKey || event.metaKey) && !event.altKey ? commands[key] : undefined;
    if (document.querySelector("dialog[open]")) return;
    if (command && (key === "k" || !target.closest(WRITES))) {
      event.preventDefault();
      void command(event);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest(WRITES)) return;
    const act = does[key];
    if (!act) return;
    event.preventDefault();
    void act();
  });
}

export function showKeys() {
  return ask({ t: "console.keys", body: [h("dl", { class: "console-keys" }, KEYS.map(([key, what]) => [h("dt", null, h("kbd", { text: key })), h("dd", { t: `console.key.${what}` })]))],
    actions: [{ value: "ok", t: "common.close", kind: "primary" }] });
}
