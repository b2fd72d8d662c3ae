// A signature: lines of a finger or a pen, in thousandths of the pad's width, and the name of who signs.

import { PAD } from "lib/form-rules.js";
import { button } from "parts/button.js";
import { h } from "parts/dom.js";

/** @typedef {[number, number][]} Stroke */
/** @typedef {{name?: string, strokes?: Stroke[]}} Signature */

const SPACE = "http://www.w3.org/2000/svg";
const HIGH = 400;
/** Points closer than this say nothing new. */
const NEAR = 5;
const MOST_POINTS = 3500;
const MOST_STROKES = 80;

/** @param {Stroke[]} strokes */
export function drawing(strokes) {
  const svg = document.createElementNS(SPACE, "svg");
  svg.setAttribute("viewBox", `0 0 ${PAD} ${HIGH}`);
  svg.setAttribute("class", "signature");
  for (const stroke of strokes) svg.append(line(stroke));
  return svg;
}

/** @param {Stroke} stroke */
function line(stroke) {
  const drawn = document.createElementNS(SPACE, "polyline");
  drawn.setAttribute("points", points(stroke));
  return drawn;
}

/** One point is a dot: a line of no length, with round ends. @param {Stroke} stroke */
function points(stroke) {
  return (stroke.length === 1 ? [...stroke, ...stroke] : stroke).map((point) => point.join()).join(" ");
}

/** @param {Signature | undefined} value @param {(value: Signature) => void} say */
export function signaturePad(value, say) {
  /** @type {Stroke[]} */
  let strokes = structuredClone(value?.strokes ?? []);
  let name = value?.name ?? "";
  const tell = () => say(strokes.length ? { name, strokes } : {});
  const svg = drawing(strokes);
  const pad = h("div", { class: "form-pad", role: "img", label: "form.pad" });
  pad.append(svg);
  /** @type {{stroke: Stroke, drawn: SVGElement} | null} */
  let drawn = null;
  const at = (/** @type {PointerEvent} */ event) => {
    const box = pad.getBoundingClientRect();
    const within = (/** @type {number} */ value, /** @type {number} */ most) => Math.min(most, Math.max(0, Math.round(value)));
    const scale = PAD / box.width;
    return /** @type {[number, number]} */ ([within((event.clientX - box.left) * scale, PAD), within((event.clientY - box.top) * scale, HIGH)]);
  };
  const full = () => strokes.length >= MOST_STROKES || strokes.reduce((sum, stroke) => sum + stroke.length, 0) >= MOST_POINTS;
  pad.addEventListener("pointerdown", (event) => {
    if (full() || drawn) return;
    event.preventDefault();
    pad.setPointerCapture(event.pointerId);
    const stroke = /** @type {Stroke} */ ([at(event)]);
    strokes = [...strokes, stroke];
    drawn = { stroke, drawn: line(stroke) };
    svg.append(drawn.drawn);
  });
  pad.addEventListener("pointermove", (event) => {
    if (!drawn || full()) return;
    const [x, y] = at(event);
    const [lastX, lastY] = drawn.stroke[drawn.stroke.length - 1] ?? [0, 0];
    if (Math.hypot(x - lastX, y - lastY) < NEAR) return;
    drawn.stroke.push([x, y]);
    drawn.drawn.setAttribute("points", points(drawn.stroke));
  });
  const end = () => {
    if (drawn) tell();
    drawn = null;
  };
  for (const kind of ["pointerup", "pointercancel"]) pad.addEventListener(kind, end);
  const who = h("input", { class: "input", type: "text", maxlength: 80, value: name, label: "form.signer", placeholder: "form.signer", autocomplete: "off", on: { input: () => {
    name = who.value;
    if (strokes.length) tell();
  } } });
  const clear = button({ icon: "trash", t: "form.sign_again", action: () => {
    strokes = [];
    svg.replaceChildren();
    tell();
  } });
  return h("div", { class: "stack form-signature" }, pad, h("div", { class: "form-beside" }, who, clear));
}
