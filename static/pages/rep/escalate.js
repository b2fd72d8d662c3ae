// What is beyond one: a tap says what is needed, and it goes up. Where there is danger, the telephone number comes at once.

import { spaced } from "lib/phone.js";
import { ask, sheet } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { field } from "parts/field.js";
import { icon } from "parts/icon.js";
import { t } from "parts/words.js";

export const KINDS = ["level", "authority", "parts", "danger", "other"];
const LOOK = /** @type {Record<string, string>} */ ({ level: "up", authority: "shield", parts: "wrench", danger: "alert", other: "next" });

/** @typedef {import("pages/rep/overlay.js").Task} Task */
/** @typedef {import("pages/rep/work.js").Work} Work */
/** @typedef {import("parts/page.js").Page} Page */

/** @returns {Promise<{kind: string, reason: string} | null>} the reason in the person's own language */
export async function askEscalation() {
  const words = field({ t: "rep.reason.words", name: "reason", type: "textarea", rows: 2, maxlength: 500 });
  const kinds = KINDS.map((kind) => h("button", { class: "row rep-choice", type: "button", data: { kind }, on: { click: (event) => event.currentTarget.closest("dialog").close(kind) } },
    icon(LOOK[kind] ?? "up"), h("span", { class: "grow", t: `rep.reason.${kind}` })));
  const box = h("div", { class: "stack" }, words, h("div", { class: "rows" }, kinds));
  for (;;) {
    const kind = await sheet({ t: "rep.reason.escalate", body: [box], actions: [] });
    if (!kind || !KINDS.includes(kind)) return null;
    const own = words.control.value.trim();
    if (kind !== "other") return { kind, reason: [t(`rep.reason.${kind}`), own].filter(Boolean).join(" – ") };
    if (own) return { kind, reason: own };
    words.fault("rep.reason.words_first");
  }
}

/** @param {Task} task @param {Work} work @param {Page} page */
export async function escalate(task, work, page) {
  const said = await askEscalation();
  if (!said) return;
  await work.act("escalation", task.id, said);
  if (said.kind === "danger") await ask({ t: "rep.danger.title", body: danger(page), actions: [{ value: "", t: "common.close" }] });
  else page.toast.show({ t: "rep.did.escalate", seconds: 8 });
}

/** @param {Page} page */
function danger(page) {
  const { phone } = page.shell;
  return [h("p", { t: phone ? "rep.danger.text" : "rep.danger.no_phone" }), callAt(phone)].filter((part) => part !== null);
}

/** @param {string} phone */
export function callAt(phone) {
  return phone ? h("a", { class: "button rep-call", data: { kind: "primary", size: "main" }, href: `tel:${phone.replace(/[^+0-9]/g, "")}` }, icon("phone"), h("span", { t: "rep.danger.call", params: { phone: spaced(phone) } })) : null;
}
