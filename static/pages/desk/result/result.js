// After the call: the verdict (whose pipe, which fault, how bad, what proves it) and the outcome. One button finishes:
// it writes the verdict down where one was begun, then the outcome. What the server refuses stands where it belongs.

import { ApiError } from "lib/api.js";
import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { h } from "parts/dom.js";
import { field, segmented } from "parts/field.js";
import { icon } from "parts/icon.js";
import { i18n } from "parts/words.js";
import { draft, keepDraft } from "pages/desk/drafts.js";
import { faultChoice } from "pages/desk/result/fault-choice.js";
import { outcomeChoice } from "pages/desk/result/outcome-choice.js";
import { ownershipChoice } from "pages/desk/result/ownership-choice.js";
import { proofChoice } from "pages/desk/result/proof-choice.js";
import { placeOf, section } from "pages/desk/result/section.js";
import { visitPlan } from "pages/desk/result/visit-plan.js";

/**
 * What is being written; kept over a reload.
 * @typedef {{ownership: string, fault: string, severity: string, still_ids: string[], no_still_reason: string, outcome: string,
 *   window: {start: string, hours: number} | null, parts: import("pages/desk/views.js").Part[] | null}} Result
 */

const DANGER = 3;
const LACKING = /** @type {Record<string, string>} */ ({ still_ids: "still_missing", note: "outcome_word_missing" });
const SEVERITIES = ["minor", "major", "urgent"];

/** @param {import("pages/desk/work-place.js").Bench} bench */
export function resultForm(bench) {
  const { work, desk, keys, signal } = bench;
  const name = `result:${work.id}`;
  /** @type {Result} */
  const result = { ownership: "", fault: "", severity: "", still_ids: [], no_still_reason: "", outcome: "", window: null, parts: null, ...given(work), ...draft(name) };

  const ownership = ownershipChoice(result.ownership, (value) => put({ ownership: value, ...(value === "no_fault" && { fault: "none" }), ...(value !== "no_fault" && result.fault === "none" && { fault: "" }) }));
  const fault = faultChoice(bench, (value) => put({ fault: value, parts: null, ...(value === "none" && { ownership: "no_fault" }) }));
  const severity = segmented({ name: "severity", label: "desk.result.severity", value: result.severity, change: (value) => put({ severity: value }), options: SEVERITIES.map((value) => ({ value, t: `common.severity.${value}` })) });
  const proof = proofChoice(bench, (change) => put(change));
  const outcome = outcomeChoice((value) => put({ outcome: value }));
  const plan = visitPlan(bench, (change) => put(change));
  const words = field({ t: "desk.result.note", hint: "desk.result.note.hint", name: "outcome-note", type: "textarea", value: draft(`note:${work.id}`) ?? "", maxlength: 2000, rows: 2, optional: true });
  words.control.addEventListener("input", () => {
    keepDraft(`note:${work.id}`, words.control.value || null);
    words.fault(null);
    warn();
  });
  work.addEventListener("note", () => document.activeElement !== words.control && (words.control.value = draft(`note:${work.id}`) ?? ""), { signal });

  const danger = h("p", { class: "fault", role: "status", hidden: true }, icon("bolt"), h("span", { t: "desk.result.note.danger" }));
  words.append(danger);

  const parts = {
    ownership: section("desk.result.ownership", ownership.element),
    fault: section("desk.result.fault", fault.element),
    severity: section("desk.result.severity", severity),
    still_ids: section("desk.result.proof", proof.element),
    outcome: section("desk.result.outcome", h("div", { class: "stack" }, outcome.element, plan.element)),
    note: { element: words, fault: (/** @type {string | null} */ text) => (words.fault(text), warn()), show: () => words.control.focus() },
  };
  const trouble = h("div", { role: "alert" });
  const finish = button({ t: "desk.result.finish", icon: "check", kind: "primary", size: "main", key: "Ctrl ↵", "aria-keyshortcuts": "Control+Enter", action: () => save() });
  const element = h("form", { class: "result", novalidate: true, label: "desk.result", on: { submit: (event) => event.preventDefault() } },
    h("h3", { class: "result-title", t: "desk.result" }),
    h("div", { class: "result-grid" },
      h("div", { class: "stack" }, parts.ownership.element, parts.severity.element),
      h("div", { class: "stack" }, parts.fault.element)),
    parts.still_ids.element, parts.outcome.element, words, trouble, h("div", { class: "finish" }, finish));

  /** @param {Partial<Result>} change */
  const put = (change) => {
    Object.assign(result, change);
    keepDraft(name, result);
    for (const key of Object.keys(change)) placeOf(parts, key)?.fault(null);
    if ("ownership" in change || "fault" in change || "severity" in change || "still_ids" in change) parts.outcome.fault(null);
    draw();
  };

  /** Danger that ends in advice, or unseen, wants a word why: the server's own rule. */
  const wordNeeded = () => (work.request?.priority ?? 0) >= DANGER && Boolean(result.outcome) && result.outcome !== "needs_visit" && !(result.outcome === "fixed" && (begun() || work.request?.verdict));

  const optional = /** @type {HTMLElement} */ (words.querySelector(".optional"));
  const warn = () => {
    const needed = wordNeeded();
    optional.hidden = needed;
    danger.hidden = !needed || Boolean(words.control.value.trim()) || words.control.getAttribute("aria-invalid") === "true";
  };

  /** A verdict was begun. */
  const begun = () => Boolean(result.ownership || result.fault || result.severity);

  const save = async () => {
    trouble.replaceChildren();
    for (const part of Object.values(parts)) part.fault(null);
    if (!missing()) return;
    try {
      if (begun()) await work.send("PUT", "verdict", verdictBody());
      await work.act("outcome", { outcome: result.outcome, note: words.control.value.trim(), ...(result.outcome === "needs_visit" && { visit: plan.body(result) }) });
      keepDraft(name, null);
      keepDraft(`note:${work.id}`, null);
    } catch (error) {
      refused(error);
    }
  };

  /** Says what is not chosen yet; true when nothing is. */
  const missing = () => {
    const lacking = begun() ? ["ownership", "fault", "severity"].filter((key) => !result[/** @type {"ownership" | "fault" | "severity"} */ (key)]) : [];
    if (begun() && !result.still_ids.length && !result.no_still_reason) lacking.push("still_ids");
    if (!result.outcome) lacking.push("outcome");
    if (wordNeeded() && !words.control.value.trim()) lacking.push("note");
    for (const key of lacking) placeOf(parts, key)?.fault(LACKING[key] ? i18n.error({ code: LACKING[key] }) : "desk.result.choose");
    if (lacking[0]) placeOf(parts, lacking[0])?.show();
    return lacking.length === 0;
  };

  const verdictBody = () => ({
    ownership: result.ownership, fault: result.fault, severity: result.severity, still_ids: result.still_ids,
    no_still_reason: result.still_ids.length ? null : result.no_still_reason || null, note: "",
  });

  /** @param {unknown} error */
  const refused = (error) => {
    const faults = error instanceof ApiError ? error.faults : [];
    const placed = faults.filter(({ where, code, params }) => {
      const part = placeOf(parts, where.split(".")[1] ?? "");
      part?.fault(i18n.error({ code, params }));
      return part;
    });
    const code = error instanceof ApiError ? error.code : "";
    if (["verdict_missing", "outcome_not_allowed", "visit_place_missing", "window_impossible"].includes(code)) {
      parts.outcome.fault(i18n.error(error));
      parts.outcome.show();
    } else if (placed[0]) placeOf(parts, placed[0].where.split(".")[1] ?? "")?.show();
    else trouble.replaceChildren(note({ text: i18n.error(error), tone: "bad", icon: "alert" }));
  };

  const draw = () => {
    ownership.draw(result.ownership);
    fault.draw(result.fault);
    proof.draw(result);
    outcome.draw(result.outcome, begun() ? null : (work.request?.allowed_outcomes ?? null));
    plan.draw(result);
    warn();
  };

  keys.on("finish", () => finish.click(), signal);
  work.addEventListener("stills", draw, { signal });
  return { element, draw };
}

/** What was written down before. @param {import("pages/desk/work.js").Work} work */
function given(work) {
  const verdict = work.request?.verdict;
  if (!verdict) return {};
  const { ownership, fault, severity, still_ids, no_still_reason } = verdict;
  return { ownership, fault, severity, still_ids, no_still_reason: no_still_reason ?? "" };
}
