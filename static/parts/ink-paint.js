// Draws marks on a canvas: each stroke first wide and dark, then in its colour, so that it is seen on any picture.

import { arrowHead, fromUnit, smooth } from "lib/ink.js";

/** @typedef {import("lib/ink.js").Point} Point */
/** @typedef {import("lib/ink.js").Box} Box */
/** @typedef {{tool: string, points: Point[], text?: string | null, role?: string}} Drawn */

const COLOURS = /** @type {Record<string, string>} */ ({ technician: "#ffd60a", rep: "#7cf29b", customer: "#5cc8ff" });
const DARK = "rgba(4, 14, 22, 0.82)";

/** @param {CanvasRenderingContext2D} pen @param {Box} box @param {Drawn} mark */
export function paintMark(pen, box, mark) {
  const width = Math.max(3, Math.min(box.width, box.height) * 0.009);
  const colour = COLOURS[mark.role ?? ""] ?? "#ffd60a";
  const points = mark.points.map((point) => fromUnit(box, point));
  if (!points.length) return;
  if (mark.tool === "text") {
    paintText(pen, box, /** @type {Point} */ (points[0]), mark.text ?? "", colour);
    return;
  }
  const path = outline(mark.tool, points, width);
  pen.lineCap = pen.lineJoin = "round";
  for (const [style, lineWidth] of /** @type {[string, number][]} */ ([[DARK, width * 1.9], [colour, width]])) {
    pen.strokeStyle = style;
    pen.lineWidth = lineWidth;
    pen.stroke(path);
  }
}

/** @param {string} tool @param {Point[]} points @param {number} width @returns {Path2D} */
function outline(tool, points, width) {
  const path = new Path2D();
  const [first, second = first] = /** @type {[Point, Point?]} */ (/** @type {unknown} */ (points));
  if (tool === "box") path.rect(Math.min(first[0], second[0]), Math.min(first[1], second[1]), Math.abs(second[0] - first[0]), Math.abs(second[1] - first[1]));
  else if (tool === "arrow") {
    path.moveTo(...first);
    path.lineTo(...second);
    const [left, right] = arrowHead(first, second, width * 5.5);
    path.moveTo(...left);
    path.lineTo(...second);
    path.lineTo(...right);
  } else {
    const { start, curves } = smooth(points);
    path.moveTo(...start);
    if (!curves.length) path.lineTo(start[0] + 0.01, start[1]);
    for (const { by, to } of curves) path.quadraticCurveTo(...by, ...to);
  }
  return path;
}

/** @param {CanvasRenderingContext2D} pen @param {Box} box @param {Point} at @param {string} text @param {string} colour */
function paintText(pen, box, at, text, colour) {
  const size = Math.max(14, Math.min(box.width, box.height) * 0.045);
  pen.font = `600 ${size}px system-ui, "PingFang SC", "Noto Sans CJK SC", sans-serif`;
  pen.textBaseline = "middle";
  const wide = Math.min(pen.measureText(text).width, box.width - size) + size;
  const left = Math.min(Math.max(at[0] - size / 2, box.x), box.x + box.width - wide);
  const top = Math.min(Math.max(at[1] - size * 0.85, box.y), box.y + box.height - size * 1.7);
  pen.fillStyle = "rgba(4, 14, 22, 0.88)";
  pen.beginPath();
  pen.roundRect(left, top, wide, size * 1.7, size * 0.45);
  pen.fill();
  pen.fillStyle = colour;
  pen.fillText(text, left + size / 2, top + size * 0.88, wide - size);
}

/** Someone's finger or mouse. @param {CanvasRenderingContext2D} pen @param {Box} box @param {Point} at @param {string} role */
export function paintPointer(pen, box, at, role) {
  const [x, y] = fromUnit(box, at);
  const radius = Math.max(9, Math.min(box.width, box.height) * 0.03);
  for (const [style, width] of /** @type {[string, number][]} */ ([[DARK, 7], [COLOURS[role] ?? "#ffd60a", 4]])) {
    pen.strokeStyle = style;
    pen.lineWidth = width;
    pen.beginPath();
    pen.arc(x, y, radius, 0, Math.PI * 2);
    pen.stroke();
  }
}
