// Pointer, pen, arrow, box, text, undo: for the still that is shown.

import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import "parts/tool-rail.js";
import { MAP } from "pages/desk/keys.js";

/** @typedef {import("parts/ink.js").Ink} Ink */
/** @typedef {import("parts/tool-rail.js").ToolRail} Rail */

const TOOLS = /** @type {const} */ (["pointer", "pen", "arrow", "box", "text"]);

/** @param {import("pages/desk/work-place.js").Bench} bench @param {Ink} ink */
export function inkTools({ desk, keys, work, signal }, ink) {
  const rail = /** @type {Rail} */ (h("cs-tool-rail", { tools: TOOLS.join(" ") }));
  const undo = button({ icon: "undo", label: "common.undo", title: "desk.key.undo", "aria-keyshortcuts": "Control+Z", action: () => takeBack() });
  rail.append(h("hr"), undo);
  rail.addEventListener("choose", (event) => ink.setAttribute("tool", /** @type {CustomEvent<string>} */ (event).detail));

  const takeBack = async () => {
    const mark = ink.newest();
    if (!mark?.id || !work.shown) return;
    await work.undraw(work.shown.id, mark.id);
  };
  for (const tool of TOOLS) {
    keys.on(tool, () => {
      if (!work.shown || !may()) return false;
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
  let shown = false;
  const draw = () => {
    rail.hidden = !work.shown || !may();
    if (rail.hidden) {
      shown = false;
      return;
    }
    if (!shown && !rail.value) rail.choose("pointer");
    shown = true;
    for (const tool of TOOLS) rail.querySelector(`[data-tool="${tool}"]`)?.setAttribute("aria-keyshortcuts", MAP[tool]);
    undo.toggleAttribute("disabled", !ink.newest());
    ink.toggleAttribute("readonly", !may());
  };
  return { element: rail, draw };
}
