// Where names stand beside their dots on a map: no name over another name or over a dot that has one, over as few others
// as can be, and as few names as can be left out.
// Each is tried to the right of its dot, then left, below and above (Imhof's order for points, "Positioning Names on
// Maps", 1975, for scripts read from the left), then at the corners. Pure: pixels in, pixels out.

/**
 * @typedef {{id: string, x: number, y: number, r: number, width: number, sure?: boolean}} Dot in pixels; `width` of its name,
 *   0 for none; `sure`: named whatever it covers. Dots come in the order of their importance: who comes first is named first.
 */
/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */
/** @typedef {{dx: number, dy: number}} Offset of the name's middle left end from the middle of the dot */

const GAP = 4;

/** @param {Box} a @param {Box} b */
function meet(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** The places for a name around its dot, the best first. @param {Dot} dot @param {number} height @returns {Offset[]} */
function around({ r, width }, height) {
  const [beside, below] = [r + GAP, r + height / 2];
  const corner = Math.round((r + GAP) * 0.7);
  return [
    { dx: beside, dy: 0 }, { dx: -beside - width, dy: 0 }, { dx: -width / 2, dy: below }, { dx: -width / 2, dy: -below },
    { dx: corner, dy: corner + height / 2 - 2 }, { dx: corner, dy: -corner - height / 2 + 2 },
    { dx: -corner - width, dy: corner + height / 2 - 2 }, { dx: -corner - width, dy: -corner - height / 2 + 2 },
  ];
}

/**
 * The place of each name that has one; a name without one is left out of the answer.
 * @param {Dot[]} dots @param {{height: number, view: Box, avoid?: Box[]}} given `height` of a line; `view`: what is seen;
 *   `avoid`: what a name rather does not cover, but does before it is left out
 * @returns {Map<string, Offset>}
 */
export function placeLabels(dots, { height, view, avoid = [] }) {
  /** @type {Map<string, Offset>} */
  const placed = new Map();
  const mark = (/** @type {Dot} */ { x, y, r }) => ({ left: x - r, top: y - r, right: x + r, bottom: y + r });
  const marks = dots.filter(({ width }) => width).map((dot) => ({ dot, box: mark(dot) }));
  const rather = [...avoid, ...dots.filter(({ width }) => !width).map(mark)];
  /** @type {Box[]} */
  const names = [];
  for (const { dot } of marks) {
    let kept = null;
    const places = around(dot, height);
    for (const offset of places) {
      const [left, middle] = [dot.x + offset.dx, dot.y + offset.dy];
      const box = { left, top: middle - height / 2, right: left + dot.width, bottom: middle + height / 2 };
      if (box.left < view.left || box.right > view.right || box.top < view.top || box.bottom > view.bottom) continue;
      if (names.some((other) => meet(box, other)) || marks.some((other) => other.dot !== dot && meet(box, other.box))) continue;
      const covers = rather.filter((other) => meet(box, other)).length;
      if (!kept || covers < kept.covers) kept = { offset, box, covers };
      if (!covers) break;
    }
    if (kept) names.push(kept.box);
    if (kept) placed.set(dot.id, kept.offset);
    else if (dot.sure && places[0]) placed.set(dot.id, places[0]);
  }
  return placed;
}
