// Why: a tap on a common reason is enough; or own words. Without a reason there is no way on.

import { h } from "parts/dom.js";
import { sheet } from "parts/dialog.js";
import { field } from "parts/field.js";
import { icon } from "parts/icon.js";
import { t } from "parts/words.js";

/** @type {Record<string, string[]>} */
const COMMON = {
  decline: ["too_late", "no_parts", "not_trained", "vehicle"],
};

/** @param {string} about decline @returns {Promise<string | null>} the reason in the person's own language */
export async function askReason(about) {
  const words = field({ t: "rep.reason.words", name: "reason", type: "textarea", rows: 3, maxlength: 500 });
  const common = COMMON[about] ?? [];
  const choices = common.map((code) =>
    h("button", { class: "row rep-choice", type: "button", on: { click: (event) => event.currentTarget.closest("dialog").close(code) } }, h("span", { class: "grow", t: `rep.reason.${code}` }), icon("next")));
  const box = h("div", { class: "stack" }, h("div", { class: "rows" }, choices), words);
  for (;;) {
    const answer = await sheet({ t: `rep.reason.${about}`, body: [box], actions: [{ value: "send", t: `rep.do.${about}`, kind: "primary" }] });
    if (!answer) return null;
    const reason = [common.includes(answer) && t(`rep.reason.${answer}`), words.control.value.trim()].filter(Boolean).join(" – ");
    if (reason) return reason;
    words.fault("rep.reason.missing");
  }
}
