// `<cs-ink src="…" tool="pen" role-name="technician">`: a still with marks, the same code on both sides.
//
// A tool lets the person draw; without one, or with `readonly`, it only shows. Finger, pen, mouse, or keys: arrow
// keys move, Enter starts and ends a mark, Escape drops it. Events (detail):
//   `ink`   {client_id, tool, from, points}  the stroke while it is drawn, at most 25 a second, points new since the last
//   `mark`  {client_id, tool, points, text?} the finished mark; it stays on screen as pending until `addMark` brings it back
//   `point` {x, y}                           the pointer tool; both null when it left

import { fit, thin, toUnit, within } from "lib/ink.js";
import { uuid7 } from "lib/ids.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { paintMark, paintPointer } from "parts/ink-paint.js";
import { t } from "parts/words.js";

/** @typedef {import("lib/ink.js").Point} Point */
/** @typedef {{id?: string, client_id: string, tool: string, points: Point[], text?: string | null, role?: string, author?: string, until?: number}} Mark */

const SEND_MS = 40;
const KEY_STEP = 0.02;
const RETRIES = 4;
const RETRY_MS = 1000;
const GONE_MS = 10_000;

export class Ink extends HTMLElement {
  static observedAttributes = ["src", "alt", "tool", "readonly"];

  constructor() {
    super();
    this.image = new Image();
    this.canvas = document.createElement("canvas");
    /** @type {Map<string, Mark>} by client_id, in the order made */
    this.marks = new Map();
    /** @type {Map<string, Mark>} strokes that others are drawing, and own ones not yet stored */
    this.passing = new Map();
    /** @type {Map<string, {at: Point, role: string, until: number}>} */
    this.pointers = new Map();
    /** @type {Mark | null} */
    this.drawing = null;
    /** @type {Point | null} */
    this.keyAt = null;
    this.missed = 0;
    this.sent = 0;
    this.sentAt = 0;
    this.frame = 0;
    this.image.decoding = "async";
    this.image.addEventListener("load", () => {
      this.missed = 0;
      this.dispatchEvent(new Event("shown"));
      this.redraw();
    });
    this.image.addEventListener("error", () => this.again());
    this.resized = new ResizeObserver(() => this.redraw());
    this.canvas.addEventListener("pointerdown", (event) => this.down(event));
    this.canvas.addEventListener("pointermove", (event) => this.move(event));
    this.canvas.addEventListener("pointerup", (event) => this.up(event));
    this.canvas.addEventListener("pointercancel", () => this.drop());
    this.canvas.addEventListener("pointerleave", () => this.tool === "pointer" && this.tell("point", { x: null, y: null }));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
  }

  connectedCallback() {
    this.replaceChildren(this.image, this.canvas);
    this.resized.observe(this);
    this.describe();
  }

  disconnectedCallback() {
    this.resized.disconnect();
    cancelAnimationFrame(this.frame);
  }

  /** @param {string} name @param {string | null} _ @param {string | null} value */
  attributeChangedCallback(name, _, value) {
    if (name === "src") this.image.src = value ?? "";
    if (name === "alt") this.image.alt = value ?? "";
    this.describe();
  }

  /** A picture that could not be had is asked for again, a few times: it may be on its way, or the network away. */
  again() {
    this.missed += 1;
    const src = this.getAttribute("src") ?? "";
    if (!src || this.missed > RETRIES) return;
    setTimeout(() => this.getAttribute("src") === src && (this.image.src = src), RETRY_MS * this.missed);
  }

  get tool() {
    return this.hasAttribute("readonly") ? "" : (this.getAttribute("tool") ?? "");
  }

  /** Whose marks are drawn here: technician, customer, rep. */
  get author() {
    return this.getAttribute("role-name") ?? "technician";
  }

  /** Replaces all marks. @param {Mark[]} marks */
  setMarks(marks) {
    this.marks = new Map(marks.map((mark) => [mark.client_id, known(mark)]));
    for (const id of this.marks.keys()) this.passing.delete(id);
    this.redraw();
  }

  /** A stored mark. @param {Mark} mark */
  addMark(mark) {
    this.marks.set(mark.client_id, known(mark));
    this.passing.delete(mark.client_id);
    this.redraw();
  }

  /** By its id or its client id. @param {string} id */
  removeMark(id) {
    for (const [key, mark] of this.marks) if (mark.id === id || key === id) this.marks.delete(key);
    this.passing.delete(id);
    this.redraw();
  }

  /** Part of someone else's stroke. @param {{client_id: string, tool: string, from: number, points: Point[], role?: string}} part */
  stroke(part) {
    if (this.marks.has(part.client_id)) return;
    const known = this.passing.get(part.client_id) ?? { client_id: part.client_id, tool: part.tool, points: [], role: part.role ?? "" };
    known.points = [...known.points.slice(0, part.from), ...part.points];
    this.passing.set(part.client_id, { ...known, until: performance.now() + GONE_MS }); // given up, it is never stored
    this.redraw();
  }

  /** Someone else's pointer; gone after two still seconds. @param {string} peer @param {number | null} x @param {number | null} y @param {string} role */
  pointAt(peer, x, y, role) {
    if (x === null || y === null) this.pointers.delete(peer);
    else this.pointers.set(peer, { at: [x, y], role, until: performance.now() + 2000 });
    this.redraw();
  }

  /** The newest own stored mark, for undo. @returns {Mark | undefined} */
  newest() {
    return [...this.marks.values()].filter((mark) => mark.id && mark.role === this.author).at(-1);
  }

  get box() {
    return fit(this.canvas.clientWidth, this.canvas.clientHeight, this.image.naturalWidth, this.image.naturalHeight);
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (!this.tool || event.button !== 0) return;
    event.preventDefault();
    this.canvas.focus({ preventScroll: true });
    const at = this.at(event);
    if (this.tool === "text") this.write(at);
    else if (this.tool === "pointer") this.tell("point", { x: at[0], y: at[1] });
    else {
      this.canvas.setPointerCapture(event.pointerId);
      this.begin(at);
    }
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (this.tool === "pointer") {
      const [x, y] = this.at(event);
      this.tell("point", { x, y }); // whoever sends it sends the newest, the last one always
      return;
    }
    if (!this.drawing) return;
    for (const part of event.getCoalescedEvents?.().length ? event.getCoalescedEvents() : [event]) this.extend(this.at(part));
  }

  /** @param {PointerEvent} event */
  up(event) {
    if (!this.drawing) return;
    this.extend(this.at(event));
    this.finish();
  }

  /** @param {Point} at */
  begin(at) {
    this.drawing = { client_id: uuid7(), tool: this.tool, points: [at], role: this.author };
    this.sent = 0;
    this.redraw();
  }

  /** @param {Point} at */
  extend(at) {
    if (!this.drawing) return;
    const { points, tool } = this.drawing;
    if (tool === "pen") points.push(at);
    else this.drawing.points = [/** @type {Point} */ (points[0]), at];
    this.redraw();
    if (performance.now() - this.sentAt > SEND_MS) this.send();
  }

  /** The new part of the stroke; an arrow or box is always sent whole. */
  send() {
    if (!this.drawing) return;
    const { client_id, tool, points } = this.drawing;
    const from = tool === "pen" ? this.sent : 0;
    if (from > 511) return;
    for (let at = from; at < Math.min(points.length, 512); at += 64) {
      this.tell("ink", { client_id, tool, from: at, points: points.slice(at, Math.min(at + 64, 512)) });
    }
    this.sent = points.length;
  }

  finish() {
    const mark = this.drawing;
    this.drawing = null;
    if (!mark) return;
    const [a, b] = [mark.points[0], mark.points.at(-1)];
    const moved = mark.points.length > 1 && a && b && (mark.tool === "pen" || Math.hypot(a[0] - b[0], a[1] - b[1]) > 0.004);
    if (moved) this.done({ ...mark, points: mark.tool === "pen" ? thin(mark.points) : [a, b] });
    this.redraw();
  }

  /** @param {Mark} mark */
  done(mark) {
    this.passing.set(mark.client_id, mark);
    const { client_id, tool, points, text } = mark;
    this.tell("mark", { client_id, tool, points, ...(text && { text }) });
  }

  /** Gives up the stroke that is being drawn. */
  drop() {
    this.drawing = null;
    this.redraw();
  }

  /** Asks for the words where they will stand. @param {Point} at */
  write(at) {
    this.querySelector("form")?.remove();
    const input = h("input", { class: "input", maxlength: 200, label: "common.ink.text_here", placeholder: "common.ink.text_here" });
    const box = this.box;
    const form = h("form", null, input, button({ icon: "check", kind: "primary", type: "submit", label: "common.done" }));
    form.style.insetBlockStart = `${box.y + at[1] * box.height}px`;
    form.style.insetInlineStart = `${Math.max(4, Math.min(box.x + at[0] * box.width, this.clientWidth - 270))}px`;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = input.value.trim();
      form.remove();
      if (text) this.done({ client_id: uuid7(), tool: "text", points: [at], text, role: this.author });
      this.redraw();
      this.canvas.focus();
    });
    form.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") form.remove();
    });
    this.append(form);
    input.focus();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!this.tool || (!step && event.key !== "Enter" && event.key !== " " && event.key !== "Escape")) return;
    event.preventDefault();
    if (event.key === "Escape") return this.drop();
    const size = event.shiftKey ? KEY_STEP / 5 : KEY_STEP;
    const [x, y] = this.keyAt ?? [0.5, 0.5];
    this.keyAt = step ? [clamp(x + (step[0] ?? 0) * size), clamp(y + (step[1] ?? 0) * size)] : [x, y];
    if (!step && this.drawing) this.finish();
    else if (!step && this.tool === "text") this.write(this.keyAt);
    else if (!step && this.tool !== "pointer") this.begin(this.keyAt);
    else if (this.tool === "pointer") this.tell("point", { x: this.keyAt[0], y: this.keyAt[1] });
    else this.extend(this.keyAt);
    this.redraw();
  }

  /** @param {PointerEvent} event @returns {Point} */
  at(event) {
    return toUnit(this.box, ...within(this.canvas, event.clientX, event.clientY));
  }

  /** @param {string} type @param {object} detail */
  tell(type, detail) {
    this.sentAt = performance.now();
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  describe() {
    this.canvas.tabIndex = this.tool ? 0 : -1;
    this.canvas.setAttribute("role", this.tool ? "application" : "img");
    const count = t("common.ink.count", { count: this.marks.size });
    this.canvas.setAttribute("aria-label", this.tool ? `${t("common.ink.canvas")} ${count}` : count);
  }

  redraw() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.paint());
  }

  paint() {
    const { clientWidth, clientHeight } = this.canvas;
    const scale = devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(clientWidth * scale)) this.canvas.width = Math.round(clientWidth * scale);
    if (this.canvas.height !== Math.round(clientHeight * scale)) this.canvas.height = Math.round(clientHeight * scale);
    const pen = this.canvas.getContext("2d");
    if (!pen || !this.image.naturalWidth) return;
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, clientWidth, clientHeight);
    const box = this.box;
    const now = performance.now();
    for (const [id, stroke] of this.passing) if (stroke.until !== undefined && stroke.until < now) this.passing.delete(id);
    for (const mark of [...this.marks.values(), ...this.passing.values()]) paintMark(pen, box, mark);
    if (this.drawing) paintMark(pen, box, this.drawing);
    if (this.keyAt && document.activeElement === this.canvas) paintPointer(pen, box, this.keyAt, this.author);
    for (const [peer, pointer] of this.pointers) {
      if (pointer.until < now) this.pointers.delete(peer);
      else paintPointer(pen, box, pointer.at, pointer.role);
    }
    if (this.pointers.size || [...this.passing.values()].some((stroke) => stroke.until !== undefined)) this.redraw();
    this.describe();
  }
}

/** The room says `role`, the HTTP API `author`. @param {Mark} mark @returns {Mark} */
function known(mark) {
  return mark.role ? mark : { ...mark, role: mark.author === "customer" ? "customer" : "technician" };
}

/** @param {number} value */
function clamp(value) {
  return Math.min(1, Math.max(0, value));
}

customElements.define("cs-ink", Ink);
