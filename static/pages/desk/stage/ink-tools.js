// Pointer, pen, arrow, box, text, undo for the still that is shown; the pointer alone for the live picture.

import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import "parts/tool-rail.js";
import { t } from "parts/words.js";
import { MAP } from "pages/desk/keys.js";

/** @typedef {import("parts/ink.js").Ink} Ink */
/** @typedef {import("parts/tool-rail.js").ToolRail} Rail */

const TOOLS = /** @type {const} */ (["pointer", "pen", "arrow", "box", "text"]);

/** @param {import("pages/desk/work-place.js").Bench} bench @param {{ink: Ink, pointer: ReturnType<typeof import("call/live-pointer.js").livePointer>}} view */
export function inkTools({ desk, keys, work, signal }, { ink, pointer }) {
  const rail = /** @type {Rail} */ (h("cs-tool-rail", { tools: TOOLS.join(" ") }));
  const line = h("hr");
  const undo = button({ icon: "undo", label: "common.undo", title: "desk.key.undo", "aria-keyshortcuts": "Control+Z", action: () => takeBack() });
  rail.append(line, undo);
  rail.addEventListener("choose", (event) => {
    const tool = /** @type {CustomEvent<string>} */ (event).detail;
    if (work.shown) ink.setAttribute("tool", (forStill = tool));
    else pointer.use(tool === "pointer", t("desk.live.point"));
  });

  const takeBack = async () => {
    const mark = ink.newest();
    if (!mark?.id || !work.shown) return;
    await work.undraw(work.shown.id, mark.id);
  };
  for (const tool of TOOLS) {
    keys.on(tool, () => {
      if (!may() || !(work.shown || (tool === "pointer" && live()))) return false;
      rail.choose(rail.value === tool ? "" : tool);
      return true;
    }, signal);
  }
  keys.on("undo", () => {
    if (!work.shown || !ink.newest()) return false;
    takeBack().catch((error) => desk.page.toast.fault(error));
    return true;
  }, signal);

  const may = () => work.atWork;
  const live = () => Boolean(work.call?.hasPicture);
  /** The tool for stills; on the live picture nobody points before it is asked for. */
  let forStill = "pointer";
  let before = "";
  const draw = () => {
    const now = !may() ? "" : work.shown ? "still" : live() ? "live" : "";
    rail.hidden = now === "";
    if (now !== before) {
      before = now;
      pointer.use(false);
      if (now) rail.choose(now === "still" ? forStill : "");
    }
    if (!now) return;
    for (const tool of TOOLS) {
      const key = /** @type {HTMLElement | null} */ (rail.querySelector(`[data-tool="${tool}"]`));
      key?.setAttribute("aria-keyshortcuts", MAP[tool]);
      if (key) key.hidden = now === "live" && tool !== "pointer";
    }
    line.hidden = undo.hidden = now === "live";
    undo.toggleAttribute("disabled", !ink.newest());
    ink.toggleAttribute("readonly", !may());
  };
  return { element: rail, draw };
}
