// Geometry of marks. Points are fractions of a still's width and height, 0–1 from its top left corner, so that
// a mark lands on the same place on every screen, however the still is fitted into it.

/** @typedef {[number, number]} Point */
/** @typedef {{x: number, y: number, width: number, height: number}} Box */

export const MAX_POINTS = 512;

/**
 * Where a picture of `width` × `height` lies when it is shown whole (`object-fit: contain`) in a `boxWidth` × `boxHeight` box.
 * @param {number} boxWidth @param {number} boxHeight @param {number} width @param {number} height @returns {Box}
 */
export function fit(boxWidth, boxHeight, width, height) {
  if (!(width > 0 && height > 0)) return { x: 0, y: 0, width: boxWidth, height: boxHeight };
  const scale = Math.min(boxWidth / width, boxHeight / height);
  const shown = { width: width * scale, height: height * scale };
  return { x: (boxWidth - shown.width) / 2, y: (boxHeight - shown.height) / 2, ...shown };
}

/** @param {Box} box @param {number} x @param {number} y @returns {Point} clamped to the picture */
export function toUnit(box, x, y) {
  return [clamp((x - box.x) / box.width), clamp((y - box.y) / box.height)];
}

/**
 * A place of the window in an element's own pixels, however the element is scaled and moved on the screen.
 * @param {{clientWidth: number, clientHeight: number, getBoundingClientRect: () => {left: number, top: number, width: number, height: number}}} element
 * @param {number} x @param {number} y @returns {Point}
 */
export function within(element, x, y) {
  const { left, top, width, height } = element.getBoundingClientRect();
  return [((x - left) * element.clientWidth) / (width || 1), ((y - top) * element.clientHeight) / (height || 1)];
}

/** @param {Box} box @param {Point} point @returns {Point} */
export function fromUnit(box, [x, y]) {
  return [box.x + x * box.width, box.y + y * box.height];
}

/**
 * A pen stroke as quadratic curves through the middles of its segments: each given point bends the line, and
 * neighbouring curves share their tangent, so the stroke has no corners.
 * @param {Point[]} points in pixels
 * @returns {{start: Point, curves: {by: Point, to: Point}[]}}
 */
export function smooth(points) {
  const first = points[0] ?? [0, 0];
  const last = points.at(-1) ?? first;
  /** @type {{by: Point, to: Point}[]} */
  const curves = [];
  for (let i = 1; i < points.length - 1; i += 1) {
    const by = /** @type {Point} */ (points[i]);
    const next = /** @type {Point} */ (points[i + 1]);
    curves.push({ by, to: i === points.length - 2 ? next : [(by[0] + next[0]) / 2, (by[1] + next[1]) / 2] });
  }
  if (points.length === 2) curves.push({ by: last, to: last });
  return { start: first, curves };
}

/**
 * The same stroke with fewer points: those nearer than `tolerance` to the line between their neighbours go
 * (Douglas and Peucker, doi:10.3138/FM57-6770-U75U-7727), twice as coarse until at most `MAX_POINTS` are left.
 * @param {Point[]} points 0–1 @param {number} [tolerance] @returns {Point[]}
 */
export function thin(points, tolerance = 0.0008) {
  const kept = reduce(points, tolerance).map(([x, y]) => /** @type {Point} */ ([round(x), round(y)]));
  return kept.length > MAX_POINTS ? thin(points, tolerance * 2) : kept;
}

/** @param {Point[]} points @param {number} tolerance @returns {Point[]} */
function reduce(points, tolerance) {
  const keep = new Set([0, points.length - 1]);
  const spans = [[0, points.length - 1]];
  while (spans.length) {
    const [from = 0, to = 0] = spans.pop() ?? [];
    let worst = tolerance;
    let at = -1;
    for (let i = from + 1; i < to; i += 1) {
      const off = distance(/** @type {Point} */ (points[i]), /** @type {Point} */ (points[from]), /** @type {Point} */ (points[to]));
      if (off > worst) [worst, at] = [off, i];
    }
    if (at >= 0) {
      keep.add(at);
      spans.push([from, at], [at, to]);
    }
  }
  return points.filter((_, i) => keep.has(i));
}

/** From `p` to the segment `a`–`b`. @param {Point} p @param {Point} a @param {Point} b */
function distance(p, a, b) {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const along = dx || dy ? clamp(((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / (dx * dx + dy * dy)) : 0;
  return Math.hypot(p[0] - a[0] - along * dx, p[1] - a[1] - along * dy);
}

/** The two strokes of an arrow's head at `to`. @param {Point} from @param {Point} to @param {number} size @returns {[Point, Point]} */
export function arrowHead(from, to, size) {
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  const side = (/** @type {number} */ turn) =>
    /** @type {Point} */ ([to[0] - size * Math.cos(angle + turn), to[1] - size * Math.sin(angle + turn)]);
  return [side(0.5), side(-0.5)];
}

/** @param {number} value */
function clamp(value) {
  return Math.min(1, Math.max(0, value));
}

/** Five digits: a fifth of a pixel on a 20,000 pixel picture. @param {number} value */
function round(value) {
  return Math.round(value * 1e5) / 1e5;
}
