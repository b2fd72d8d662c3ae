// What a dispatcher can do with a task besides assigning it. Each of these wants a word of explanation.

import { h } from "parts/dom.js";
import { attempt, button } from "parts/button.js";
import { ask } from "parts/dialog.js";
import { field } from "parts/field.js";
import { moving } from "pages/console/moving.js";

/** @typedef {import("pages/console/types.js").TaskDetail} TaskDetail */

const STEPS = /** @type {const} */ ([
  { event: "take_back", path: "return", says: "reason", icon: "undo", kind: undefined },
  { event: "settle", path: "settlement", says: "note", icon: "done", kind: undefined },
  { event: "cancel", path: "cancellation", says: "reason", icon: "trash", kind: "danger" },
]);

/** @param {TaskDetail} task @param {import("pages/console/board.js").Board} board */
export function steps(task, board) {
  const allowed = STEPS.filter(({ event }) => task.allowed.includes(event));
  if (!allowed.length) return null;
  return h("div", { class: "cluster" }, allowed.map((step) => button({ t: `console.do.${step.event}`, icon: step.icon, action: (event) => attempt(event.currentTarget, () => take(step, task, board)) })));
}

/** @param {typeof STEPS[number]} step @param {TaskDetail} task @param {import("pages/console/board.js").Board} board */
async function take(step, task, board) {
  const words = field({ t: `console.do.${step.says}`, name: "words", type: "textarea", rows: 3, maxlength: 2000 });
  for (;;) {
    const answer = await ask({ t: `console.do.${step.event}`, body: [words], actions: [{ value: "", t: "common.cancel" }, { value: "yes", t: `console.do.${step.event}`, kind: step.kind ?? "primary" }] });
    if (answer !== "yes") return;
    const said = words.control.value.trim();
    if (!said) {
      words.fault("console.do.missing");
      continue;
    }
    return moving(board, task.id, () => board.page.api.post(`/api/tasks/${task.id}/${step.path}`, { version: task.version, [step.says]: said }));
  }
}
