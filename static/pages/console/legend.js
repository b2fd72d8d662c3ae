// What the map's colours and shapes mean, in words.

import { h } from "parts/dom.js";
import { COVERAGE } from "pages/console/words.js";

const TONES = /** @type {Record<string, string>} */ ({ late: "bad", uncovered: "bad", thin: "warn", covered: "ok" });

export function legend() {
  const swatch = (/** @type {string} */ colour, /** @type {string} */ shape, /** @type {string} */ key) => {
    const mark = h("i", { data: { shape } });
    mark.style.setProperty("--swatch", `var(--${colour})`);
    return h("li", null, mark, h("span", { t: key }));
  };
  return h("ul", { class: "legend console-legend", label: "console.legend" },
    Object.keys(COVERAGE).map((key) => swatch(TONES[key] ?? "edge", key === "uncovered" ? "hatch" : "zone", `console.coverage.${key}`)),
    swatch("brand", "diamond", "console.legend.task"), swatch("bad", "diamond", "console.legend.waiting"), swatch("ink", "dot", "console.legend.rep"));
}
