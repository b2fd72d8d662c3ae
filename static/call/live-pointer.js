// Pointing at the live picture: a ring that the other side sees at once. Points are fractions of the picture itself, so
// bars beside it, the size of the screen and a mirrored view change nothing.

import { fit, toUnit, within } from "lib/ink.js";
import { h } from "parts/dom.js";
import { paintPointer } from "parts/ink-paint.js";

/** @typedef {import("lib/ink.js").Point} Point */
/** @typedef {{x: number | null, y: number | null}} At */

const GONE_MS = 2_000;
const KEY_STEP = 0.02;

/** @param {{video: HTMLVideoElement, role: string, mirrored: () => boolean, point: (at: At) => void, may: () => boolean}} options */
export function livePointer({ video, role, mirrored, point, may }) {
  const canvas = h("canvas", { class: "live-pointer", tabindex: -1, "aria-hidden": "true" });
  /** @type {Map<string, {at: Point, role: string, until: number}>} */
  const others = new Map();
  /** @type {Point | null} */
  let own = null;
  let on = false;
  let frame = 0;

  const box = () => fit(canvas.clientWidth, canvas.clientHeight, video.videoWidth, video.videoHeight);
  /** @param {Point} at @returns {Point} */
  const seen = ([x, y]) => [mirrored() ? 1 - x : x, y];

  const paint = () => {
    const { clientWidth, clientHeight } = canvas;
    const scale = devicePixelRatio || 1;
    canvas.width = Math.round(clientWidth * scale);
    canvas.height = Math.round(clientHeight * scale);
    const pen = canvas.getContext("2d");
    if (!pen || !video.videoWidth) return;
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    const now = performance.now();
    for (const [peer, other] of others) {
      if (other.until < now) others.delete(peer);
      else paintPointer(pen, box(), seen(other.at), other.role);
    }
    if (own) paintPointer(pen, box(), seen(own), role);
    if (others.size) redraw();
  };
  const redraw = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(paint);
  };

  /** How often it goes out is the room's matter: the newest counts, the last one always. @param {Point | null} at */
  const tell = (at) => {
    if (!at && !own) return;
    own = at;
    redraw();
    point(at ? { x: at[0], y: at[1] } : { x: null, y: null });
  };
  /** @param {PointerEvent} event @returns {Point} */
  const at = (event) => seen(toUnit(box(), ...within(canvas, event.clientX, event.clientY)));

  canvas.addEventListener("pointerdown", (event) => on && may() && tell(at(event)));
  canvas.addEventListener("pointermove", (event) => on && may() && tell(at(event)));
  for (const type of ["pointerleave", "pointercancel"]) canvas.addEventListener(type, () => tell(null));
  canvas.addEventListener("blur", () => tell(null));
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!on || !step || !may()) return;
    event.preventDefault();
    const [x, y] = seen(own ?? [0.5, 0.5]);
    tell(seen([clamp(x + (step[0] ?? 0) * KEY_STEP), clamp(y + (step[1] ?? 0) * KEY_STEP)]));
  });

  return {
    element: canvas,
    get on() {
      return on;
    },
    /** Whether this person points. @param {boolean} points @param {string} [name] what the picture is, read out */
    use(points, name = "") {
      if (on === points) return;
      on = points;
      canvas.tabIndex = points ? 0 : -1;
      canvas.toggleAttribute("data-on", points);
      if (points) {
        canvas.setAttribute("role", "application");
        canvas.setAttribute("aria-label", name);
        canvas.removeAttribute("aria-hidden");
      } else canvas.setAttribute("aria-hidden", "true");
      if (!points) tell(null);
    },
    /** Somebody else's pointer; gone after two still seconds. @param {string} peer @param {number | null} x @param {number | null} y @param {string} whose role */
    pointAt(peer, x, y, whose) {
      if (x === null || y === null) others.delete(peer);
      else others.set(peer, { at: [x, y], role: whose, until: performance.now() + GONE_MS });
      redraw();
    },
  };
}

/** @param {number} value */
function clamp(value) {
  return Math.min(1, Math.max(0, value));
}
