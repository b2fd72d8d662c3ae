// A photo with one arrow on it: drawn by a stroke, from its tail to its point; or only shown.

import { h } from "parts/dom.js";

const SHORTEST = 0.03; // of the picture: a tap is no arrow
const HEAD = 0.06;
const SPACE = "http://www.w3.org/2000/svg";

export class ArrowPhoto {
  /** @param {string} src @param {number[] | null} arrow x, y, x, y as parts of width and height @param {boolean} drawing */
  constructor(src, arrow, drawing) {
    this.src = src;
    this.arrow = arrow;
    this.image = h("img", { src, alt: "" });
    this.lines = document.createElementNS(SPACE, "svg");
    this.lines.setAttribute("viewBox", "0 0 100 100");
    this.lines.setAttribute("preserveAspectRatio", "none");
    this.lines.setAttribute("aria-hidden", "true");
    this.element = h("div", { class: "rep-arrow-photo", role: "img", label: "rep.tap.photo.alt", data: { drawing } }, this.image, this.lines);
    this.image.addEventListener("load", () => this.paint());
    if (drawing) this.listen();
    this.paint();
  }

  listen() {
    /** @type {number[] | null} */
    let from = null;
    const at = (/** @type {PointerEvent} */ event) => {
      const box = this.element.getBoundingClientRect();
      const part = (/** @type {number} */ value, /** @type {number} */ start, /** @type {number} */ size) => Math.round(Math.min(1, Math.max(0, (value - start) / size)) * 1e4) / 1e4;
      return [part(event.clientX, box.left, box.width), part(event.clientY, box.top, box.height)];
    };
    this.element.addEventListener("pointerdown", (event) => {
      from = at(event);
      this.element.setPointerCapture(event.pointerId);
    });
    this.element.addEventListener("pointermove", (event) => {
      if (!from) return;
      const drawn = [...from, ...at(event)];
      if (length(drawn) < SHORTEST) return;
      this.arrow = drawn;
      this.paint();
    });
    for (const type of ["pointerup", "pointercancel"]) this.element.addEventListener(type, () => (from = null));
  }

  paint() {
    if (!this.arrow) return this.lines.replaceChildren();
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = this.arrow;
    const wide = (this.image.naturalWidth || 1) / (this.image.naturalHeight || 1);
    const angle = Math.atan2(y2 - y1, (x2 - x1) * wide);
    const side = (/** @type {number} */ turn) => [x2 - (HEAD * Math.cos(angle + turn)) / wide, y2 - HEAD * Math.sin(angle + turn)];
    const points = [[x1, y1], [x2, y2], side(0.5), [x2, y2], side(-0.5)].map(([x = 0, y = 0]) => `${x * 100},${y * 100}`).join(" ");
    this.lines.replaceChildren(...["back", "front"].map((name) => {
      const line = document.createElementNS(SPACE, "polyline");
      line.setAttribute("points", points);
      line.setAttribute("class", name);
      return line;
    }));
  }

  leave() {
    if (this.src.startsWith("blob:")) URL.revokeObjectURL(this.src);
  }
}

/** @param {number[]} arrow */
function length([x1 = 0, y1 = 0, x2 = 0, y2 = 0]) {
  return Math.hypot(x2 - x1, y2 - y1);
}
