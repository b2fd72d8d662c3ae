// Why: a few common reasons, or own words. Without a reason there is no way on.

import { h } from "parts/dom.js";
import { sheet } from "parts/dialog.js";
import { field } from "parts/field.js";
import { t } from "parts/words.js";

/** @type {Record<string, string[]>} */
const COMMON = {
  decline: ["too_late", "no_parts", "not_trained", "vehicle"],
  escalate: ["beyond_training", "needs_authority", "danger", "no_access"],
};

/** @param {string} about decline or escalate @returns {Promise<string | null>} the reason in the person's own language */
export async function askReason(about) {
  const words = field({ t: "rep.reason.words", name: "reason", type: "textarea", rows: 3, maxlength: 500 });
  const choices = (COMMON[about] ?? []).map((code) =>
    h("label", { class: "row rep-choice" }, h("input", { type: "radio", name: "why", value: code }), h("span", { t: `rep.reason.${code}` })));
  const box = h("form", { class: "stack" }, h("div", { class: "rows" }, choices), words);
  for (;;) {
    const answer = await sheet({ t: `rep.reason.${about}`, body: [box], actions: [{ value: "send", t: `rep.do.${about}`, kind: "primary" }] });
    if (answer !== "send") return null;
    const chosen = /** @type {HTMLInputElement | null} */ (box.querySelector("input:checked"));
    const reason = [chosen && t(`rep.reason.${chosen.value}`), words.control.value.trim()].filter(Boolean).join(" – ");
    if (reason) return reason;
    words.fault("rep.reason.missing");
  }
}
