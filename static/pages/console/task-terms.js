// In which windows a task may be done, and who is wished for: as it is, and to change. Everything is read with the
// task; a change places it anew where it has to.

import { ApiError } from "lib/api.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { chip, note } from "parts/chip.js";
import { sheet } from "parts/dialog.js";
import { icon } from "parts/icon.js";
import { i18n, t } from "parts/words.js";
import { faultsOf } from "pages/console/contractors.js";
import { moving } from "pages/console/moving.js";
import { clocks, dayOf } from "pages/console/task-appointment.js";
import { windowsField } from "pages/console/windows-field.js";
import { name, repName } from "pages/console/words.js";

/** @typedef {import("pages/console/types.js").TaskDetail} TaskDetail */
/** @typedef {import("pages/console/board.js").Board} Board */
/** @typedef {import("pages/console/windows-field.js").Window} Window */
/** @typedef {{rep_id: string, kind: string, code: string}} Wish */

const STILL = ["unplaced", "assigned", "accepted"];
const CODES = /** @type {Record<string, string[]>} */ ({ prefer: ["asked", "knows_place", "language"], refuse: ["asked", "complaint", "conflict", "safety"] });

/** One window in words: its day once, or both where it goes over midnight. @param {Window} window */
export function windowText({ start, end }) {
  const last = i18n.date(start) === i18n.date(end) ? "" : ` (${dayOf(end)})`;
  return `${dayOf(start)} · ${clocks(start, end)}${last}`;
}

/** @param {TaskDetail} task @param {Board} board */
export function terms(task, board) {
  const open = STILL.includes(task.state);
  if (!open && task.windows.length + task.wishes.length === 0) return null;
  const placed = task.rep !== null;
  return h("section", { class: "stack console-terms" }, h("h3", { t: "console.terms" }),
    task.windows.length > 0 && h("ul", { class: "console-terms-list", "aria-label": t("console.terms.windows") }, task.windows.map((window) =>
      h("li", { class: "cluster" }, icon("clock"), h("span", { class: "number", text: windowText(window) }),
        placed && window.start === task.window_start && chip({ t: "console.terms.chosen", icon: "check", tone: "ok" })))),
    task.wishes.length > 0 && h("ul", { class: "console-terms-list", "aria-label": t("console.terms.people") }, task.wishes.map((wish) =>
      h("li", { class: "cluster" }, chip({ t: `console.wish.${wish.kind}`, icon: wish.kind === "prefer" ? "check" : "close", tone: wish.kind === "prefer" ? "ok" : "bad" }),
        h("b", { text: repName(board, wish.rep_id, "–") }), h("span", { class: "muted", t: `console.wish.${wish.kind}.${wish.code}` })))),
    open && h("div", { class: "cluster" },
      button({ t: "console.terms.windows.change", icon: "clock", action: () => changeWindows(task, board) }),
      button({ t: "console.terms.people.change", icon: "people", action: () => changeWishes(task, board) })));
}

/** Ask until it is taken or given up; what is wrong stands above the buttons. @param {string} key @param {Node[]} body @param {TaskDetail} task @param {Board} board @param {() => Promise<unknown>} send @param {() => string | null} lacks why it cannot be sent yet */
async function asking(key, body, task, board, send, lacks = () => null) {
  const trouble = h("div", { role: "alert" });
  for (;;) {
    if ((await sheet({ t: key, body: [...body, trouble], actions: [{ value: "save", t: "common.save", kind: "primary" }] })) !== "save") return;
    trouble.replaceChildren();
    const why = lacks();
    if (why) {
      trouble.replaceChildren(note({ t: why, icon: "alert", tone: "bad" }));
      continue;
    }
    try {
      await moving(board, task.id, async () => {
        await send();
        board.page.toast.show({ t: "console.terms.saved" });
      });
      return;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      trouble.replaceChildren(...faultsOf(error).map((text) => note({ text, icon: "alert", tone: "bad" })));
    }
  }
}

/** @param {TaskDetail} task @param {Board} board */
async function changeWindows(task, board) {
  const windows = windowsField(task.windows.length ? task.windows : [{ start: task.window_start, end: task.window_end }]);
  await asking("console.terms.windows.change", [h("p", { class: "muted", t: "console.terms.windows.lead" }), windows.element], task, board,
    () => board.page.api.put(`/api/tasks/${task.id}/windows`, { version: task.version, windows: windows.read() }), () => (windows.read() ? null : "console.terms.windows.half"));
}

/** @param {TaskDetail} task @param {Board} board */
async function changeWishes(task, board) {
  const people = [...board.reps.values()].sort((a, b) => a.code.localeCompare(b.code, "en", { numeric: true }));
  const rows = h("div", { class: "stack" });
  const add = (/** @type {Wish | undefined} */ wish = undefined) => {
    const who = h("select", { class: "input", name: "rep", label: "console.terms.who" }, people.map((rep) => h("option", { value: rep.id, selected: rep.id === wish?.rep_id, text: `${name(rep)} · ${rep.code}` })));
    const kind = h("select", { class: "input", name: "kind", label: "console.terms.kind" }, Object.keys(CODES).map((each) => h("option", { value: each, selected: each === wish?.kind, t: `console.wish.${each}` })));
    const code = h("select", { class: "input", name: "code", label: "console.terms.why" });
    const follow = () => code.replaceChildren(...(CODES[kind.value] ?? []).map((each) => h("option", { value: each, selected: each === wish?.code, t: `console.wish.${kind.value}.${each}` })));
    kind.addEventListener("change", follow);
    follow();
    /** @type {HTMLElement} */
    const row = h("div", { class: "console-terms-row", role: "group" }, who, kind, code,
      button({ icon: "trash", size: "icon", kind: "quiet", label: "console.terms.drop", action: () => row.remove() }));
    rows.append(row);
  };
  for (const wish of task.wishes) add(wish);
  if (!task.wishes.length) add();
  const standing = h("input", { type: "checkbox", name: "standing", disabled: !task.address });
  const read = () => [...rows.querySelectorAll(".console-terms-row")].map((row) => {
    const [who, kind, code] = [...row.querySelectorAll("select")].map(({ value }) => value);
    return { rep_id: who, kind, code };
  });
  await asking("console.terms.people.change", [h("p", { class: "muted", t: "console.terms.people.lead" }), rows,
    button({ t: "console.terms.people.more", icon: "plus", kind: "quiet", action: () => add() }),
    h("div", { class: "console-ticks" }, h("label", null, standing, h("span", { t: "console.terms.standing" })))], task, board,
  () => board.page.api.put(`/api/tasks/${task.id}/wishes`, { version: task.version, wishes: read(), standing: standing.checked }));
}
