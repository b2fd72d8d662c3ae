// When a better plan is looked for by itself: everybody may read it, a supervisor edits it.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { failed, skeleton } from "parts/empty.js";
import { field } from "parts/field.js";

/** @typedef {{cause: string, version: number, enabled: boolean, threshold: number, by_itself: boolean, gain_s: number, budget_s: number}} Policy */

/** @param {import("pages/console/board.js").Board} board */
export function policies(board) {
  const body = h("div", { class: "stack" });
  const fold = h("details", { class: "console-fold", on: { toggle: () => fold.open && void read(board, body) } },
    h("summary", null, h("span", { t: "console.policies" })), body);
  return fold;
}

/** @param {import("pages/console/board.js").Board} board @param {HTMLElement} body */
async function read(board, body) {
  body.replaceChildren(skeleton(3));
  try {
    /** @type {Policy[]} */
    const listed = await board.page.api.get("/api/reoptimisation-policies");
    body.replaceChildren(...listed.map((policy) => form(policy, board, body)));
  } catch (error) {
    body.replaceChildren(failed(error, () => read(board, body)));
  }
}

/** @param {Policy} policy @param {import("pages/console/board.js").Board} board @param {HTMLElement} body */
function form(policy, board, body) {
  const edits = board.roles.some((role) => role === "supervisor" || role === "admin");
  const tick = (/** @type {string} */ key, /** @type {boolean} */ checked) => {
    const input = h("input", { type: "checkbox", checked, disabled: !edits });
    return { input, label: h("label", null, input, h("span", { t: key })) };
  };
  const [enabled, itself] = [tick("console.policy.enabled", policy.enabled), tick("console.policy.by_itself", policy.by_itself)];
  const threshold = field({ t: `console.policy.${policy.cause}.threshold`, name: "threshold", type: "number", min: 1, max: 1440, value: String(policy.threshold), disabled: !edits });
  const save = async () => {
    const { cause, ...terms } = policy;
    await board.page.api.put(`/api/reoptimisation-policies/${cause}`, { ...terms, enabled: enabled.input.checked, by_itself: itself.input.checked, threshold: Number(threshold.control.value) });
    board.page.toast.show({ t: "console.policy.saved" });
    await read(board, body);
  };
  return h("fieldset", { class: "stack console-ticks" }, h("legend", { t: `console.policy.${policy.cause}` }), enabled.label, threshold, itself.label,
    edits && button({ t: "common.save", icon: "check", action: save }));
}
