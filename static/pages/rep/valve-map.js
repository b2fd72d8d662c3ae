// The shut-off on a small map: the closed pipes, what loses its water with them, and the valves by their numbers. The
// list beside it says the same in words. It is not moved, so that a finger on it scrolls the page.

import { h } from "parts/dom.js";
import "parts/map.js";

/** @typedef {import("lib/valves.js").Closure} Closure */
/** @typedef {import("lib/valves.js").Shown} Shown */
/** @typedef {import("parts/map.js").MapPart} MapPart */

const MOST_M = 3_000; // more pipe than that is looked at on the console

export class ValveMap {
  /** @param {import("parts/page.js").Page} page */
  constructor(page) {
    this.page = page;
    this.element = h("div");
    this.shown = "";
  }

  /** @param {Closure} closure @param {Shown[]} steps @param {boolean} open */
  async show(closure, steps, open) {
    const part = /** @type {MapPart | null} */ (this.element.firstElementChild);
    const now = JSON.stringify([closure.version, closure.lon, closure.lat, steps.map(({ code, state }) => [code, state]), document.documentElement.dataset["theme"]]);
    if (!open || (now === this.shown && part && !part.gone)) return;
    this.shown = now;
    if (!steps.length || closure.closed.metres > MOST_M || !this.page.shell.map) return this.element.replaceChildren();
    await this.draw(closure, steps);
  }

  /** @param {Closure} closure @param {Shown[]} steps */
  async draw(closure, steps) {
    const part = /** @type {MapPart} */ (h("cs-map", { class: "rep-spot rep-valve-map" }));
    this.element.replaceChildren(part);
    const map = await part.ready;
    if (part.gone || !map) return;
    for (const way of ["dragging", "touchZoom", "scrollWheelZoom", "doubleClickZoom", "keyboard"]) map[way]?.disable();
    map.zoomControl?.remove();
    const L = part.leaflet;
    const colours = getComputedStyle(this.element);
    const token = (/** @type {string} */ name) => colours.getPropertyValue(`--${name}`).trim();
    const lines = (/** @type {[number, number][][]} */ all, /** @type {object} */ look) => all.map((line) =>
      L.polyline(line.map(([lon, lat]) => [lat, lon]), { interactive: false, ...look }).addTo(map));
    lines(closure.lost.lines, { color: token("warn"), weight: 4, dashArray: "4 6" });
    const closed = lines(closure.closed.lines, { color: token("bad"), weight: 6 });
    const marks = steps.map((step, at) => L.marker([step.lat, step.lon], { interactive: false, keyboard: false,
      icon: L.divIcon({ className: "rep-pin", iconSize: [34, 34], html: h("span", { data: { look: step.state === "closed" ? "done" : step.state === "stuck" ? "stuck" : "later" } }, String(at + 1)) }) }).addTo(map));
    const here = L.circleMarker([closure.lat, closure.lon], { radius: 7, color: token("brand"), weight: 3, interactive: false }).addTo(map);
    map.fitBounds(L.featureGroup([...closed, ...marks, here]).getBounds(), { padding: [28, 28], maxZoom: 18, animate: false });
  }
}
