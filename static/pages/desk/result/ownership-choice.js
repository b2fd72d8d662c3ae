// Whose pipe: a drawing from the street's main to the tap. Each stretch can be pressed; underneath are plain radio
// buttons, which keys and readers use.

import { h } from "parts/dom.js";
import { t } from "parts/words.js";

const SPACE = "http://www.w3.org/2000/svg";
const CHOICES = ["before_meter", "after_meter", "shared_pipe", "appliance", "no_fault"];

/** Pipes as paths; the part that a choice means carries its name. */
const PIPES = /** @type {[string, string][]} */ ([
  ["before_meter", "M0 104 H92 M46 104 V76 H92"],
  ["shared_pipe", "M150 76 H196 V20 M196 76 V104 H196"],
  ["after_meter", "M196 44 H282"],
  ["appliance", "M282 44 H306 V58"],
]);

/** @param {string} value @param {(value: string) => void} change */
export function ownershipChoice(value, change) {
  const drawing = sketch(change);
  const radios = CHOICES.map((name) => h("label", { class: "choice", data: { name } },
    h("input", { type: "radio", name: "ownership", value: name, checked: name === value, on: { change: () => change(name) } }),
    h("span", { class: "grow" }, h("b", { t: `common.ownership.${name}` }), h("small", { t: `desk.ownership.${name}` }))));
  const element = h("div", { class: "ownership" }, drawing, h("div", { class: "choices", role: "radiogroup", label: "desk.result.ownership" }, radios));
  return {
    element,
    /** @param {string} now */
    draw(now) {
      for (const part of drawing.querySelectorAll("[data-part]")) part.toggleAttribute("data-on", part.getAttribute("data-part") === now);
      for (const input of element.querySelectorAll("input")) input.checked = input.value === now;
      for (const label of drawing.querySelectorAll("[data-word]")) label.textContent = t(label.getAttribute("data-word") ?? "");
    },
  };
}

/** @param {(value: string) => void} change */
function sketch(change) {
  const svg = shape("svg", { viewBox: "0 0 340 128", class: "pipe-sketch", "aria-hidden": "true" });
  svg.append(
    shape("rect", { x: 0, y: 92, width: 160, height: 36, class: "ground" }),
    shape("path", { d: "M160 128 V8 H334 V128 Z", class: "house" }),
    shape("path", { d: "M160 66 H334", class: "floor" }),
  );
  for (const [name, d] of PIPES) {
    const group = shape("g", { "data-part": name, class: "pipe" });
    group.append(shape("path", { d, class: "hit" }), shape("path", { d, class: "wall" }), shape("path", { d, class: "water" }));
    group.addEventListener("click", () => change(name));
    svg.append(group);
  }
  const meter = shape("g", { class: "meter" });
  meter.append(shape("circle", { cx: 121, cy: 76, r: 17 }), shape("path", { d: "M121 76 L129 67" }), shape("path", { d: "M92 76 H104 M138 76 H150" }));
  const tap = shape("g", { class: "tap" });
  tap.append(shape("path", { d: "M288 84 h36 l-5 24 h-26 z" }), shape("path", { d: "M306 64 v10", class: "drip" }));
  svg.append(meter, tap, word(8, 122, "desk.sketch.main"), word(121, 50, "desk.sketch.meter", "middle"), word(204, 18, "desk.sketch.riser"), word(238, 60, "desk.sketch.inside", "middle"));
  return svg;
}

/** @param {number} x @param {number} y @param {string} key @param {string} [anchor] */
function word(x, y, key, anchor = "start") {
  return shape("text", { x, y, "text-anchor": anchor, "data-word": key });
}

/** @param {string} tag @param {Record<string, string | number>} attributes */
function shape(tag, attributes) {
  const element = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}
