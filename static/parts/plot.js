// Lines over time as SVG, drawn as wide as there is room. Each point is a button: what is pressed is the one that is
// nearest; with keys the arrows go from point to point, and the plot is one stop of the Tab key. Lines are told apart by
// their marks and dashes as well as by colour. A point that rests on too little stands on the axis, hollow and alone.

import { arrow, labelled, nearest, thin, ticks } from "lib/plot.js";

/** @typedef {import("lib/plot.js").Point} Point */
/** @typedef {import("lib/plot.js").Mark} Mark */
/** @typedef {{name: string, points: Point[]}} Line */
/**
 * @typedef {{label: string, columns: string[], lines: Line[], whole: boolean, percent: (value: number) => string,
 *   tell: (line: number, at: number) => string, look: (words: string) => void, choose: (line: number, at: number) => void}} Plot
 *   `label`: what it shows; `columns`: names along the axis; `whole`: the axis goes up to 1; `tell`: a point in words; `look`: a point is looked at
 */

const SPACE = "http://www.w3.org/2000/svg";
const HIGH = 220;
const EDGE = { left: 46, right: 14, top: 14, bottom: 30 };
const R = 5;

/** Marks around 0, 0: each line's own. */
const SHAPES = [
  "M5 0A5 5 0 1 1-5 0A5 5 0 1 1 5 0Z",
  "M-4.5-4.5H4.5V4.5H-4.5Z",
  "M0-6L5.5 4.5H-5.5Z",
  "M0-6.2L6.2 0L0 6.2L-6.2 0Z",
  "M0 6L5.5-4.5H-5.5Z",
  "M-2-5.5H2V-2H5.5V2H2V5.5H-2V2H-5.5V-2H-2Z",
];
export const LINES = SHAPES.length;

/** @param {string} tag @param {Record<string, string | number>} props @param {...(Node | string)} children */
function s(tag, props, ...children) {
  const element = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(props)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** A line's mark, as its legend shows it. @param {number} line */
export function markOf(line) {
  return s("svg", { viewBox: "-16 -8 32 16", class: "plot-key", "data-line": line, "aria-hidden": "true" }, s("path", { d: "M-16 0H16", class: "plot-line" }), s("path", { d: SHAPES[line] ?? "", class: "plot-mark" }));
}

/** @param {Plot} told */
export function plot(told) {
  const svg = /** @type {SVGSVGElement} */ (s("svg", { class: "plot", role: "group", "aria-label": told.label }));
  /** @type {Map<Mark, SVGElement>} */
  const drawn = new Map();
  let wide = 0;

  const draw = (/** @type {number} */ width) => {
    if (width === wide || width < 1) return;
    wide = width;
    const focused = [...drawn].find(([, element]) => element === document.activeElement)?.[0];
    drawn.clear();
    svg.setAttribute("viewBox", `0 0 ${width} ${HIGH}`);
    svg.replaceChildren(...shapes(told, width, drawn));
    for (const element of drawn.values()) element.setAttribute("tabindex", "-1");
    const marks = [...drawn.keys()];
    const stop = marks.find((mark) => mark.line === focused?.line && mark.at === focused.at) ?? marks.filter((mark) => mark.line === 0).at(-1) ?? marks.at(-1);
    if (stop) drawn.get(stop)?.setAttribute("tabindex", "0");
    if (focused && stop) drawn.get(stop)?.focus();
  };
  const markAt = (/** @type {Event} */ event) => [...drawn].find(([, element]) => element.contains(/** @type {Node} */ (event.target)))?.[0];
  const under = (/** @type {MouseEvent} */ event) => {
    const box = svg.getBoundingClientRect();
    return nearest([...drawn.keys()], ((event.clientX - box.left) * wide) / box.width, ((event.clientY - box.top) * HIGH) / box.height);
  };
  const look = (/** @type {Mark | undefined} */ mark) => {
    for (const [each, element] of drawn) element.toggleAttribute("data-on", each === mark);
    if (mark) told.look(told.tell(mark.line, mark.at));
  };
  svg.addEventListener("click", (event) => {
    const mark = markAt(event) ?? under(event); // a reader's press comes without a place
    if (mark) told.choose(mark.line, mark.at);
  });
  svg.addEventListener("pointermove", (event) => look(under(event)));
  svg.addEventListener("focusin", (event) => look(markAt(event)));
  svg.addEventListener("keydown", (event) => {
    const mark = markAt(event);
    if (!mark) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      return told.choose(mark.line, mark.at);
    }
    const next = arrow([...drawn.keys()], mark, event.key);
    if (!next) return;
    event.preventDefault();
    drawn.get(mark)?.setAttribute("tabindex", "-1");
    drawn.get(next)?.setAttribute("tabindex", "0");
    drawn.get(next)?.focus();
  });
  const seen = new ResizeObserver(([entry]) => draw(Math.round(entry?.contentRect.width ?? 0)));
  seen.observe(svg);
  return svg;
}

/** @param {Plot} told @param {number} width @param {Map<Mark, SVGElement>} drawn is filled with the points */
function* shapes(told, width, drawn) {
  const count = told.columns.length;
  const values = told.lines.flatMap(({ points }) => points.filter((point) => !thin(point)).map(({ value }) => value ?? 0));
  const levels = ticks(Math.max(0, ...values), told.whole);
  const [inner, high, top] = [width - EDGE.left - EDGE.right, HIGH - EDGE.top - EDGE.bottom, levels.at(-1) ?? 1];
  const x = (/** @type {number} */ at) => EDGE.left + (count > 1 ? (inner * at) / (count - 1) : inner / 2);
  const y = (/** @type {number} */ value) => EDGE.top + high * (1 - value / top);
  for (const level of levels) {
    yield s("path", { d: `M${EDGE.left} ${y(level)}H${width - EDGE.right}`, class: "plot-level" });
    yield s("text", { x: EDGE.left - 8, y: y(level) + 4, class: "plot-text", "text-anchor": "end", "aria-hidden": "true" }, told.percent(level));
  }
  for (const at of labelled(count, inner, 58)) {
    yield s("text", { x: Math.min(x(at), width - 22), y: HIGH - 8, class: "plot-text", "text-anchor": "middle", "aria-hidden": "true" }, told.columns[at] ?? "");
  }
  for (const [line, { points }] of told.lines.entries()) {
    const solid = points.map((point) => point.value !== null && !thin(point));
    const path = points.map(({ value }, at) => (solid[at] ? `${solid[at - 1] ? "L" : "M"}${x(at)} ${y(Math.min(top, value ?? 0))}` : "")).join("");
    if (path) yield s("path", { d: path, class: "plot-line", "data-line": line });
  }
  for (const at of told.columns.keys()) {
    const few = told.lines.map(({ points }) => points[at]).find((point) => point && thin(point));
    if (few && count * 20 < inner) yield s("text", { x: Math.min(x(at), width - 26), y: y(0) - 10, class: "plot-text", "text-anchor": "middle", "aria-hidden": "true" }, `n=${few.n}`);
  }
  for (const [line, { points }] of told.lines.entries()) {
    for (const [at, point] of points.entries()) {
      if (point.value === null) continue;
      const low = thin(point);
      const mark = { x: x(at), y: low ? y(0) : y(Math.min(top, point.value)), line, at };
      const element = s("g", { class: "plot-point", role: "button", "aria-label": told.tell(line, at), "data-line": line, transform: `translate(${mark.x} ${mark.y})` },
        s("circle", { r: R + 6, class: "plot-halo" }), s("path", { d: SHAPES[line] ?? "", class: "plot-mark" }));
      element.toggleAttribute("data-thin", low);
      drawn.set(mark, element);
      yield element;
    }
  }
}

const LOOKS = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "font-family", "font-size", "font-weight", "opacity"];

/** The plot as a picture, in the colours it has now, under a title and its legend. @param {SVGSVGElement} svg @param {{title: string, legend: string[], scale?: number}} told @returns {Promise<Blob>} PNG */
export async function pictureOf(svg, { title, legend, scale = 2 }) {
  const width = svg.viewBox.baseVal.width || svg.clientWidth;
  const ink = getComputedStyle(svg);
  const head = 34;
  const foot = 12 + legend.length * 22;
  const whole = s("svg", { xmlns: SPACE, width: width * scale, height: (HIGH + head + foot) * scale, viewBox: `0 0 ${width} ${HIGH + head + foot}` });
  const text = (/** @type {string} */ words, /** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ size) =>
    s("text", { x, y, fill: ink.color, "font-size": size, "font-family": ink.fontFamily, "font-weight": size > 14 ? 650 : 400 }, words);
  whole.append(s("rect", { width: "100%", height: "100%", fill: getComputedStyle(document.documentElement).getPropertyValue("--card") }), text(title, 14, 24, 16));
  const inner = s("g", { transform: `translate(0 ${head})` });
  inner.append(...[...svg.children].map((child) => painted(child)));
  whole.append(inner);
  for (const [line, name] of legend.entries()) {
    const there = svg.querySelector(`.plot-point[data-line="${line}"]:not([data-thin]) .plot-mark`);
    const key = s("g", { transform: `translate(24 ${HIGH + head + 8 + line * 22})` });
    if (there) key.append(painted(there));
    whole.append(key, text(name, 40, HIGH + head + 12 + line * 22, 13));
  }
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(whole))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(width * scale), Math.round((HIGH + head + foot) * scale)];
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png"));
}

/** A copy that looks the same without its style sheet. @param {Element} element @returns {Element} */
function painted(element) {
  const copy = /** @type {Element} */ (element.cloneNode(false));
  const style = getComputedStyle(element);
  if (element.localName !== "g") for (const name of LOOKS) copy.setAttribute(name, style.getPropertyValue(name));
  copy.append(...[...element.childNodes].map((child) => (child instanceof Element ? painted(child) : child.cloneNode())));
  return copy;
}
