// The theme's colours for what is drawn on a canvas.

/** @typedef {{covered: string, thin: string, uncovered: string, late: string, edge: string, ink: string, card: string, brand: string, bad: string, hatch: CanvasPattern | string}} Colours */

const HATCH_PX = 9;
/** @type {{shade: string, pattern: CanvasPattern | string}} made once for each theme */
let hatched = { shade: "", pattern: "" };

/** @returns {Colours} */
export function colours() {
  const style = getComputedStyle(document.documentElement);
  const token = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
  const bad = token("bad");
  if (hatched.shade !== bad) hatched = { shade: bad, pattern: hatch(bad) };
  return {
    covered: token("ok"), thin: token("warn"), uncovered: bad, late: bad, edge: token("edge"), ink: token("ink"), card: token("card"),
    brand: token("brand"), bad, hatch: hatched.pattern,
  };
}

/** Diagonal lines: what nobody covers is told apart without colour too. @param {string} shade */
function hatch(shade) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = HATCH_PX;
  const context = tile.getContext("2d");
  if (!context) return shade;
  context.strokeStyle = shade;
  context.lineWidth = 1.5;
  for (const shift of [-HATCH_PX, 0, HATCH_PX]) {
    context.moveTo(shift, HATCH_PX);
    context.lineTo(shift + HATCH_PX, 0);
  }
  context.stroke();
  return context.createPattern(tile, "repeat") ?? shade;
}

/** @param {() => void} changed */
export function onTheme(changed) {
  new MutationObserver(changed).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}
