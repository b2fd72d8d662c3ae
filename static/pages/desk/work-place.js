// The middle and the right of the desk for the open request: made once for a request, so that a call's picture is never
// taken down, and told what to show by the request's state.

import { button } from "parts/button.js";
import { art, h } from "parts/dom.js";
import { failed, nothing, skeleton } from "parts/empty.js";
import { casePanel } from "pages/desk/case/case.js";
import { overview } from "pages/desk/overview.js";
import { resultForm } from "pages/desk/result/result.js";
import { stage } from "pages/desk/stage/stage.js";
import { workHead } from "pages/desk/stage/head.js";

/** @typedef {import("pages/desk/desk.js").Desk} Desk */
/** @typedef {import("pages/desk/keys.js").Keys} Keys */
/** @typedef {import("pages/desk/work.js").Work} Work */
/** @typedef {{desk: Desk, keys: Keys, work: Work, signal: AbortSignal}} Bench what every part of an open request works with */

/** @param {Desk} desk @param {Keys} keys */
export function workPlace(desk, keys) {
  const place = h("div", { class: "work-place" });
  /** @type {AbortController | null} */
  let open = null;

  const show = () => {
    open?.abort();
    open = new AbortController();
    if (!desk.work) return place.replaceChildren(idle(desk));
    return openRequest({ desk, keys, work: desk.work, signal: open.signal }, place);
  };
  desk.addEventListener("open", show);
  desk.addEventListener("queue", () => !desk.work && place.replaceChildren(idle(desk)));
  show();
  return place;
}

/** @param {Desk} desk */
function idle(desk) {
  const next = desk.queue?.rows.find((row) => row.request_id === desk.queue?.next) ?? desk.queue?.rows[0];
  const take = next && desk.technician && !desk.busy && button({ t: "desk.idle.take", icon: "phone", kind: "primary", key: "A", action: () => desk.accept(next.request_id) });
  return h("section", { class: "idle", label: "desk.stage" },
    next ? nothing({ t: "desk.idle.waiting", more: "desk.idle.waiting.more", picture: art("waiting") }, ...(take ? [take] : []))
      : nothing({ t: "desk.idle", more: "desk.idle.more", picture: art("solved") }));
}

/** @param {Bench} bench @param {HTMLElement} place */
function openRequest(bench, place) {
  const { work, desk, signal } = bench;
  /** @type {((() => void) | null)} */
  let draw = null;

  const build = () => {
    const head = workHead(bench);
    const picture = stage(bench);
    const lower = h("div", { class: "lower" });
    const middle = h("section", { class: "middle", label: "desk.stage" }, head.element, picture.element, lower);
    const panel = casePanel(bench);
    place.replaceChildren(middle, panel.element);
    /** @type {{element: HTMLElement, draw: () => void} | null} */
    let part = null;
    let shown = "";
    draw = () => {
      const mode = modeOf(work);
      middle.dataset["mode"] = mode;
      head.draw();
      picture.draw();
      panel.draw();
      const before = shown;
      if (mode !== shown) {
        part = mode === "call" ? null : mode === "result" ? resultForm(bench) : overview(bench);
        lower.replaceChildren(...(part ? [part.element] : []));
        shown = mode;
      }
      part?.draw();
      if (before && before !== mode) focusOn(lower);
    };
  };

  const update = () => {
    if (work.request) {
      if (!draw) build();
      draw?.();
    } else if (work.fault) place.replaceChildren(h("section", { class: "idle" }, failed(work.fault, () => work.refresh())));
  };
  place.replaceChildren(h("section", { class: "idle", label: "desk.stage" }, skeleton(4)));
  for (const type of ["change", "call"]) work.addEventListener(type, update, { signal });
  desk.addEventListener("catalogue", update, { signal });
  desk.page.main.addEventListener("language", update, { signal });
  update();
}

/** What comes next is read out, and the keys go on from there. @param {HTMLElement} part */
function focusOn(part) {
  const heading = part.querySelector("h3");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({ preventScroll: true });
}

/** @param {Work} work @returns {"call" | "result" | "overview"} */
function modeOf(work) {
  if (work.call) return "call";
  return work.atWork ? "result" : "overview";
}
