// Which stills prove it; or why there is none.

import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import { field } from "parts/field.js";
import { icon } from "parts/icon.js";
import { i18n, t } from "parts/words.js";
import { pixels } from "pages/desk/work.js";

const REASONS = ["no_camera", "camera_refused", "connection_too_weak", "place_not_visible", "customer_declined", "not_needed"];

/** @param {import("pages/desk/work-place.js").Bench} bench @param {(change: Partial<import("pages/desk/result/result.js").Result>) => void} change */
export function proofChoice({ work }, change) {
  const tiles = h("div", { class: "proofs", role: "group", label: "desk.result.proof" });
  const select = h("select", { class: "input", on: { change: (event) => change({ no_still_reason: event.target.value }) } },
    h("option", { value: "", t: "desk.result.reason.choose" }), REASONS.map((value) => h("option", { value, t: `desk.result.reason.${value}` })));
  const reason = field({ t: "desk.result.reason", name: "no_still_reason", input: select });
  const element = h("div", { class: "stack" }, tiles, reason);
  let before = "";

  /** @param {string[]} chosen */
  const build = (chosen) => {
    const stills = [...work.stills.values()];
    tiles.replaceChildren(...stills.map((still, index) => h("div", { class: "proof-tile" }, h("label", { class: "proof" },
      h("img", { src: pixels(still), alt: "", loading: "lazy" }),
      h("input", {
        type: "checkbox", value: still.id, checked: chosen.includes(still.id), ariaLabel: t("desk.still.number", { number: index + 1, time: i18n.time(still.taken_at) }),
        on: { change: () => change({ still_ids: [...tiles.querySelectorAll("input:checked")].map((input) => /** @type {HTMLInputElement} */ (input).value) }) },
      }),
      h("span", { class: "proof-mark" }, icon("check")), h("small", { class: "number", text: i18n.time(still.taken_at) })),
      button({ icon: "search", size: "icon", label: "desk.still.look", title: "desk.still.look", class: "button zoom", action: () => work.look(still.id) }))));
    if (!stills.length) tiles.replaceChildren(h("p", { class: "muted small", t: "desk.result.proof.none" }));
  };

  return {
    element,
    /** @param {import("pages/desk/result/result.js").Result} result */
    draw(result) {
      const kept = result.still_ids.filter((id) => !work.deleted.has(id));
      if (kept.length < result.still_ids.length) return change({ still_ids: kept }); // a deleted still proves nothing
      const now = `${[...work.stills.keys()]} ${i18n.language}`;
      if (now !== before) build(result.still_ids);
      before = now;
      reason.hidden = result.still_ids.length > 0;
      select.value = result.no_still_reason;
      return undefined;
    },
  };
}
