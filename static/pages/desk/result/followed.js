// What was decided, and where it went: for a visit the representative and when they come, as the field tells it.

import { button } from "parts/button.js";
import { chip, note } from "parts/chip.js";
import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";
import { i18n, t } from "parts/words.js";
import { outcomeChip } from "pages/desk/labels.js";
import { ticking } from "pages/desk/ticker.js";

/** @typedef {import("pages/desk/views.js").Visit} Visit */

const STEPS = ["requested", "assigned", "accepted", "travelling", "on_site", "done"];
const ASIDE = ["unplaced", "escalated", "declined", "cancelled", "settled"];

/** @param {import("pages/desk/work-place.js").Bench} bench */
export function followed({ desk, work }) {
  const request = /** @type {import("pages/desk/views.js").RequestView} */ (work.request);
  const { verdict, visit, outcome, outcome_note: words, rating } = request;
  const fault = desk.catalogue?.faults.find((kind) => kind.code === verdict?.fault)?.name ?? verdict?.fault;
  return h("div", { class: "stack followed" },
    outcome && h("div", { class: "card stack" },
      h("div", { class: "split" }, h("h3", { t: "desk.followed" }), outcomeChip(outcome)),
      visit && visitCard(visit, work.timeline.findLast((entry) => entry.kind === "task_arrived")?.at ?? null),
      verdict && h("dl", { class: "plain-facts" },
        pair("desk.result.ownership", h("span", { t: `common.ownership.${verdict.ownership}` })),
        pair("desk.result.fault", h("span", { text: fault })),
        pair("desk.result.severity", chip({ t: `common.severity.${verdict.severity}`, tone: verdict.severity === "urgent" ? "bad" : verdict.severity === "major" ? "warn" : "" })),
        pair("desk.result.proof", h("span", proofWord(request)))),
      words && h("blockquote", { text: words }),
      rating && h("p", null, h("b", { class: "stars-said", text: "★".repeat(rating.score), ariaLabel: t("desk.followed.stars", { score: rating.score }), role: "img" }), " ", rating.comment),
      rating && !rating.counts && note({ t: "desk.followed.uncounted", tone: "warn", icon: "info" }),
      request.state === "resolved" && request.contact.phone && h("div", { class: "stack tight" },
        button({ t: "desk.followed.ask", icon: "star", action: () => askToRate(desk, work) }), h("p", { class: "small muted", t: "desk.followed.ask.more" }))),
    !outcome && h("div", { class: "card stack" }, h("h3", { t: `common.request_state.${request.state}` }), h("p", { class: "muted", t: "desk.followed.alone" })),
    h("p", { class: "small muted", t: "desk.followed.owner", params: { name: request.owner.name } }),
    desk.technician && !desk.busy && (desk.queue?.rows.length ?? 0) > 0 && button({ t: "desk.idle.take", icon: "phone", kind: "primary", key: "A", action: () => desk.accept(/** @type {string} */ (desk.queue?.next ?? desk.queue?.rows[0]?.request_id)) }));
}

/** The link goes straight to the customer. @param {import("pages/desk/desk.js").Desk} desk @param {import("pages/desk/work.js").Work} work */
async function askToRate(desk, work) {
  await desk.api.post(`${work.path}/rating-link`);
  desk.page.toast.show({ t: "desk.followed.asked" });
}

/** @param {import("pages/desk/views.js").RequestView} request @returns {{t: string, params?: {count: number}}} */
function proofWord({ verdict, erased_at }) {
  const count = verdict?.still_ids.length ?? 0;
  if (count) return { t: "desk.queue.stills", params: { count } };
  if (verdict?.no_still_reason) return { t: `desk.result.reason.${verdict.no_still_reason}` };
  return { t: erased_at ? "desk.result.proof.erased" : "desk.result.proof.none" };
}

/** @param {Visit} visit @param {string | null} arrived */
function visitCard(visit, arrived) {
  const aside = ASIDE.includes(visit.state);
  const at = STEPS.indexOf(visit.state);
  const there = visit.state === "on_site" && arrived;
  const key = there && visit.rep_name ? "desk.visit.there" : visit.rep_name && at > 0 && at < 5 ? (visit.eta ? "desk.visit.who_when" : "desk.visit.who") : `desk.visit.state.${visit.state}`;
  return h("div", { class: "stack visit-card" },
    h("div", { class: "visit-now", role: "status" }, icon(visit.state === "settled" ? "check" : aside ? "alert" : "car"), h("b", { t: key, params: { name: visit.rep_name ?? "", time: there ? i18n.time(there) : visit.eta ? i18n.time(visit.eta) : "", state: t(`desk.visit.state.${visit.state}`) } }), there && ticking(Date.parse(there))),
    aside ? note({ t: `desk.visit.state.${visit.state}.more`, tone: visit.state === "settled" ? "" : "warn", icon: "info" })
      : h("ol", { class: "visit-steps" }, STEPS.map((step, index) => h("li", { data: { past: index <= at, now: index === at }, "aria-current": index === at ? "step" : null }, h("span", { t: `desk.visit.step.${step}` })))),
    visit.note && h("blockquote", { text: visit.note }));
}

/** @param {string} label @param {Node} value */
function pair(label, value) {
  return h("div", null, h("dt", { t: label }), h("dd", null, value));
}
