// The pictures of the guide. A step names one; a step without one shows the picture of its trouble.

import { svgUse } from "parts/dom.js";

const DRAWN = /** @type {Set<string>} */ (new Set());

/** @param {string} name @param {string} [category] */
export function guideArt(name, category = "other") {
  if (DRAWN.has(name)) return svgUse(`${import.meta.resolve("icons/guide.svg")}#${name}`, "0 0 160 100");
  return svgUse(`${import.meta.resolve("icons/art.svg")}#cat-${category}`, "0 0 160 100");
}
