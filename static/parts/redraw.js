// Drawing again what a person may be standing on, or be pressing.
//
// A button that is replaced between the finger's coming down and the click loses that click, silently. So a place
// under a finger waits until the click has done its work; only the newest drawing of each place is kept. The focus
// finds its place again by `data-id`.

/** A finger that slides off, or a tap that becomes no click, is let go this long after it was lifted. */
const NO_CLICK_MS = 350;

/** @type {Element | null} what a finger or a mouse button is down on */
let pressed = null;
/** @type {Map<Element, () => void>} */
const waiting = new Map();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let letting;

const letGo = () => {
  clearTimeout(letting);
  pressed = null;
  const draws = [...waiting];
  waiting.clear();
  for (const [, draw] of draws) draw();
};

addEventListener("pointerdown", (event) => {
  clearTimeout(letting);
  pressed = event.target instanceof Element ? event.target : null;
}, { capture: true });
addEventListener("pointerup", () => (letting = setTimeout(letGo, NO_CLICK_MS)), { capture: true });
addEventListener("pointercancel", letGo, { capture: true });
addEventListener("click", () => {
  // What the click itself draws is drawn at once; what had to wait comes after it.
  pressed = null;
  clearTimeout(letting);
  letting = setTimeout(letGo);
}, { capture: true });

/** Runs `draw`, which replaces what is in `place`: now, or as soon as no finger is on it. @param {HTMLElement} place @param {() => void} draw */
export function redraw(place, draw) {
  if (pressed && place.contains(pressed)) {
    waiting.set(place, () => withFocus(place, draw));
    return;
  }
  waiting.delete(place);
  withFocus(place, draw);
}

/** A place that is drawn again only when what it is made from is something else. Live regions are read out once that way. @param {HTMLElement} place @returns {(from: unknown, make: () => (Node | string)[]) => void} */
export function drawnFrom(place) {
  let before = "";
  return (from, make) => {
    const now = JSON.stringify([from, document.documentElement.lang]);
    if (now === before) return;
    before = now;
    redraw(place, () => place.replaceChildren(...make()));
  };
}

/** @param {HTMLElement} place @param {() => void} draw */
function withFocus(place, draw) {
  const at = place.contains(document.activeElement) ? /** @type {HTMLElement | null} */ (document.activeElement?.closest("[data-id]"))?.dataset["id"] : undefined;
  draw();
  if (at) /** @type {HTMLElement | null} */ (place.querySelector(`[data-id="${CSS.escape(at)}"]`))?.focus({ preventScroll: true });
}
