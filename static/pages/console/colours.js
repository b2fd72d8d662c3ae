// The theme's colours for what is drawn on a canvas, read when the theme changes.

/** @typedef {{covered: string, thin: string, uncovered: string, late: string, ink: string, card: string, brand: string, bad: string, warn: string}} Colours */

/** @returns {Colours} */
export function colours() {
  const style = getComputedStyle(document.documentElement);
  const token = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
  return {
    covered: token("ok"), thin: token("warn"), uncovered: token("edge"), late: token("bad"), ink: token("ink"), card: token("card"),
    brand: token("brand"), bad: token("bad"), warn: token("warn"),
  };
}

/** @param {() => void} changed */
export function onTheme(changed) {
  new MutationObserver(changed).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}
