// A request that is not being worked on here: who waits can be taken, whoever lost the way gets a new link, and what
// was decided shows where it went.

import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { art, h } from "parts/dom.js";
import { drawnFrom } from "parts/redraw.js";
import { i18n } from "parts/words.js";
import { inviteAgain } from "pages/desk/invite.js";
import { followed } from "pages/desk/result/followed.js";

/** @typedef {import("pages/desk/desk.js").Desk} Desk */

const OVER = ["visit", "resolved", "closed"];

/** @param {import("pages/desk/work-place.js").Bench} bench */
export function overview(bench) {
  const { desk, work } = bench;
  const element = h("div", { class: "overview" });
  const renew = drawnFrom(element);

  const draw = () => {
    const { request } = work;
    if (!request) return;
    renew([request, work.timeline.length, desk.busy, desk.catalogue?.language], () => [
      ...(request.erased_at ? [h("div", { class: "erased-note" }, note({ t: "desk.erased", params: { date: i18n.date(request.erased_at) }, icon: "info" }))] : []),
      OVER.includes(request.state) ? followed(bench) : standing(bench),
    ]);
  };
  desk.addEventListener("mine", draw, { signal: bench.signal });
  return { element, draw };
}

/** @param {import("pages/desk/work-place.js").Bench} bench */
function standing({ desk, work }) {
  const request = /** @type {import("pages/desk/views.js").RequestView} */ (work.request);
  const { state } = request;
  if (state === "waiting") {
    return h("div", { class: "card stack standing-card" }, art("waiting"),
      h("h3", { t: "desk.overview.waiting" }), h("p", { class: "muted", t: "desk.overview.waiting.more" }),
      desk.technician && button({ t: "desk.accept", icon: "phone", kind: "primary", size: "main", "aria-disabled": desk.busy ? "true" : null, action: () => desk.accept(work.id) }),
      desk.busy && note({ t: "desk.accept.busy", icon: "info" }), renewal(desk, work));
  }
  if (state === "in_call" || state === "wrap_up") {
    return h("div", { class: "card stack standing-card" }, h("h3", { t: "desk.overview.taken", params: { name: request.owner.name } }), h("p", { class: "muted", t: "desk.overview.taken.more" }));
  }
  if (state === "guiding") {
    return h("div", { class: "card stack standing-card" }, art("camera"),
      h("h3", { t: request.channel === "invitation" ? "desk.overview.invited" : "desk.overview.guiding" }),
      h("p", { class: "muted", t: request.channel === "invitation" ? "desk.overview.invited.more" : "desk.overview.guiding.more" }),
      renewal(desk, work));
  }
  return h("div", { class: "card stack standing-card" }, h("h3", { t: `common.request_state.${state}` }), h("p", { class: "muted", t: "desk.overview.over" }));
}

/** A new link in one press: the old one was too old, lost, or opened on the wrong phone. @param {Desk} desk @param {import("pages/desk/work.js").Work} work */
function renewal(desk, work) {
  return work.request?.contact.phone && button({ t: "desk.invite.renew", icon: "link", action: () => inviteAgain(desk, work) });
}
