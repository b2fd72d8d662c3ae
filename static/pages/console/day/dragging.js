// Dragging a stop with the mouse or a pen. On a touch screen a finger scrolls; there, "Move" begins the same trial.

import { Trial } from "pages/console/day/trial.js";
import { movable } from "pages/console/day/selection.js";

const FAR_PX = 5; // less is a click
const EDGE_PX = 40; // so near to the edge the view scrolls along
const SCROLL_PX = 14;

/** @param {import("pages/console/timeline.js").Timeline} timeline */
export function listenToDrags(timeline) {
  const { scroller } = timeline;
  /** @type {{block: HTMLElement, x: number, y: number, grip: number, id: number} | null} */
  let held = null;

  const stop = () => {
    held = null;
    removeEventListener("pointermove", move, true);
    removeEventListener("pointerup", up, true);
    removeEventListener("pointercancel", cancel, true);
    removeEventListener("keydown", key, true);
  };
  const cancel = () => {
    stop();
    timeline.trial?.end();
  };
  /** @param {KeyboardEvent} event */
  const key = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    cancel();
    swallowClick();
  };
  /** @param {PointerEvent} event */
  const move = (event) => {
    if (!held || event.pointerId !== held.id) return;
    if (!timeline.trial) {
      if (Math.hypot(event.clientX - held.x, event.clientY - held.y) < FAR_PX) return;
      const task = timeline.board.tasks.get(held.block.dataset["id"] ?? "");
      if (!task || !movable(task)) return stop();
      timeline.trial = new Trial(timeline, timeline.board.selection.with(task), task);
    }
    event.preventDefault();
    scrollAlong(scroller, event);
    const lane = under(event);
    if (!lane) return;
    const rep = lane.dataset["rep"] ?? "";
    timeline.trial.aim(rep, timeline.timeAt(lane, event.clientX - held.grip));
  };
  /** @param {PointerEvent} event */
  const up = (event) => {
    if (!held || event.pointerId !== held.id) return;
    const { trial } = timeline;
    stop();
    if (!trial) return;
    swallowClick();
    if (under(event)) void trial.drop();
    else trial.end();
  };

  scroller.addEventListener("pointerdown", (event) => {
    const block = event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest(".block")) : null;
    if (!block || event.button !== 0 || event.pointerType === "touch" || event.shiftKey || timeline.trial || timeline.past) return;
    held = { block, x: event.clientX, y: event.clientY, grip: event.clientX - block.getBoundingClientRect().left, id: event.pointerId };
    addEventListener("pointermove", move, true);
    addEventListener("pointerup", up, true);
    addEventListener("pointercancel", cancel, true);
    addEventListener("keydown", key, true);
  });
  scroller.addEventListener("dragstart", (event) => event.preventDefault());

  /** @param {PointerEvent} event @returns {HTMLElement | null} */
  function under(event) {
    const found = document.elementFromPoint(event.clientX, event.clientY);
    return found && scroller.contains(found) ? /** @type {HTMLElement | null} */ (found.closest("li[data-row]")?.querySelector(".lane") ?? null) : null;
  }
}

/** The click that ends a drag chooses nothing. */
function swallowClick() {
  const swallow = (/** @type {Event} */ event) => {
    event.stopPropagation();
    event.preventDefault();
  };
  addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", swallow, { capture: true }), 50);
}

/** @param {HTMLElement} scroller @param {PointerEvent} event */
function scrollAlong(scroller, { clientX, clientY }) {
  const box = scroller.getBoundingClientRect();
  if (clientX > box.right - EDGE_PX) scroller.scrollLeft += SCROLL_PX;
  else if (clientX < box.left + EDGE_PX) scroller.scrollLeft -= SCROLL_PX;
  if (clientY > box.bottom - EDGE_PX) scroller.scrollTop += SCROLL_PX;
  else if (clientY < box.top + EDGE_PX) scroller.scrollTop -= SCROLL_PX;
}
