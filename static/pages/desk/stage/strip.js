// The request's stills, oldest first, and the way back to the live picture.

import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";
import { redraw } from "parts/redraw.js";
import { i18n, t } from "parts/words.js";
import { pixels } from "pages/desk/work.js";

/** @param {import("pages/desk/work-place.js").Bench} bench */
export function strip({ desk, keys, work, signal }) {
  const list = h("ul", { class: "strip", label: "desk.stills" });
  let before = "";

  /** @param {string | null} id */
  const look = (id) => void work.look(id).catch((error) => desk.page.toast.fault(error));
  /** @param {number} step */
  const turn = (step) => {
    const ids = [...work.stills.keys()];
    if (!ids.length) return false;
    const at = ids.indexOf(work.shown?.id ?? "");
    const next = at < 0 ? (step > 0 ? 0 : ids.length - 1) : Math.min(ids.length - 1, Math.max(0, at + step));
    look(ids[next] ?? null);
    return true;
  };
  keys.on("previous", () => turn(-1), signal);
  keys.on("next", () => turn(1), signal);

  const draw = () => {
    const stills = [...work.stills.values()];
    const now = JSON.stringify([stills.map((still) => still.id), work.shown?.id, Boolean(work.call), i18n.language]);
    list.hidden = stills.length === 0;
    if (now === before) return;
    before = now;
    redraw(list, () => fill(stills));
  };

  /** @param {import("pages/desk/views.js").Still[]} stills */
  const fill = (stills) => {
    list.replaceChildren(
      ...(work.call ? [h("li", null, h("button", { type: "button", class: "live-tile", data: { id: "live", still: "live" }, "aria-current": work.shown ? null : "true", on: { click: () => look(null) } }, icon("video"), h("span", { t: "desk.live.short" })))] : []),
      ...stills.map((still, index) =>
        h("li", null, h("button", {
          type: "button", data: { id: still.id, still: still.id }, "aria-current": work.shown?.id === still.id ? "true" : null,
          ariaLabel: t("desk.still.number", { number: index + 1, time: i18n.time(still.taken_at) }), on: { click: () => look(still.id) },
        }, h("img", { src: pixels(still), alt: "", loading: "lazy", decoding: "async" }), h("span", { class: "number", text: i18n.time(still.taken_at) })))),
    );
    list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  return { element: list, draw };
}
