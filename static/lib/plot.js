// What a plot of lines needs to know: how high its axis goes, which labels fit, which point is meant. Pure: numbers in, numbers out.

/** @typedef {{value: number | null, n: number}} Point `value`: null where there is nothing to say */
/** @typedef {{x: number, y: number, line: number, at: number}} Mark where a point was drawn, whose it is and which */

/** Fewer than these say too little. */
export const LEAST = 5;

/** @param {Point} point */
export function thin({ value, n }) {
  return value !== null && n < LEAST;
}

const STEPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25];

/** Where lines are drawn across, the last of them the top; of shares. @param {number} most the highest value @param {boolean} whole always up to 1 */
export function ticks(most, whole) {
  const top = whole ? 1 : Math.max(0.01, most);
  const step = STEPS.find((one) => top / one <= 5) ?? 0.25;
  const count = Math.max(1, Math.ceil(top / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, n) => Math.round(n * step * 100) / 100);
}

/** Which of `count` labels stand, so that each has `wide` pixels; the last always does. @param {number} count @param {number} width @param {number} wide */
export function labelled(count, width, wide) {
  const every = Math.max(1, Math.ceil((count * wide) / Math.max(width, 1)));
  return Array.from({ length: count }, (_, at) => at).filter((at) => (count - 1 - at) % every === 0);
}

/** The mark nearest to a place, if there is any. @param {readonly Mark[]} marks @param {number} x @param {number} y @returns {Mark | undefined} */
export function nearest(marks, x, y) {
  const far = (/** @type {Mark} */ mark) => (mark.x - x) ** 2 + (mark.y - y) ** 2;
  return marks.reduce((/** @type {Mark | undefined} */ best, mark) => (best && far(best) <= far(mark) ? best : mark), undefined);
}

/**
 * The mark that an arrow leads to: along its line, or to another line's in the same week.
 * @param {readonly Mark[]} marks @param {Mark} from @param {string} key
 */
export function arrow(marks, from, key) {
  const own = marks.filter((mark) => mark.line === from.line).sort((a, b) => a.at - b.at);
  if (key === "Home") return own[0];
  if (key === "End") return own.at(-1);
  if (key === "ArrowLeft" || key === "ArrowRight") return own[own.findIndex((mark) => mark.at === from.at) + (key === "ArrowLeft" ? -1 : 1)];
  if (key !== "ArrowUp" && key !== "ArrowDown") return undefined;
  const column = marks.filter((mark) => mark.at === from.at).sort((a, b) => b.y - a.y || a.line - b.line);
  return column[column.findIndex((mark) => mark.line === from.line) + (key === "ArrowUp" ? 1 : -1)];
}
