// The pipe network on the map: pipes and valves of what is in sight, once the streets can be told apart; and a shut-off,
// closed pipes red, what loses its water with them dashed, its valves numbered.

import { h } from "parts/dom.js";
import { colours } from "pages/console/colours.js";

/** @typedef {import("lib/valves.js").Closure} Closure */
/** @typedef {{version: number, too_many: boolean, lines: [string, [number, number][]][], valves: [string, number, number, string][], hydrants: [string, number, number][]}} Pipes */

export const NEAR = 14; // farther off, a city's pipes are a blot
const WIDER = 0.2; // of the view, so that a small move needs no reading

export class PipesLayer {
  /** @param {any} map Leaflet's @param {any} L Leaflet @param {import("lib/api.js").Api} api @param {() => void} read what is in sight was read */
  constructor(map, L, api, read) {
    this.map = map;
    this.told = read;
    this.far = false; // too much is in sight to be drawn
    this.L = L;
    this.api = api;
    for (const [pane, level] of /** @type {const} */ ([["pipes", 300], ["shut-off", 395]])) map.createPane(pane).style.zIndex = String(level);
    this.paint = L.canvas({ pane: "pipes", padding: 0.3 });
    this.over = L.canvas({ pane: "shut-off", padding: 0.3 });
    this.ground = L.layerGroup();
    this.closure = L.layerGroup();
    /** @type {any} the bounds that were read */
    this.seen = null;
    this.on = false;
    map.on("moveend", () => void this.read());
  }

  /** @param {boolean} on */
  show(on) {
    this.on = on;
    this.seen = null;
    for (const layer of [this.ground, this.closure]) {
      layer.clearLayers();
      if (on) layer.addTo(this.map);
      else layer.remove();
    }
    return this.read();
  }

  /** What is in sight, where it was not read yet. @param {boolean} [anew] */
  async read(anew = false) {
    const view = this.map.getBounds();
    if (!this.on || (!anew && this.seen?.contains(view))) return;
    if (this.map.getZoom() < NEAR) {
      this.ground.clearLayers();
      this.seen = null;
      return this.say(true);
    }
    const box = view.pad(WIDER);
    this.seen = box;
    const query = { west: box.getWest(), south: box.getSouth(), east: box.getEast(), north: box.getNorth() };
    /** @type {Pipes | null} a map without pipes is still a map */
    const read = await this.api.get("/api/network/pipes", { query }).catch(() => null);
    if (!read || this.seen !== box || !this.on) return;
    this.draw(read);
    this.say(read.too_many);
  }

  /** @param {boolean} far */
  say(far) {
    if (far === this.far) return;
    this.far = far;
    this.told();
  }

  /** @param {Pipes} read */
  draw({ lines, valves, hydrants }) {
    const shades = colours();
    const { L, ground } = this;
    ground.clearLayers();
    const look = { renderer: this.paint, pane: "pipes", interactive: false };
    for (const [, line] of lines) L.polyline(line.map(([lon, lat]) => [lat, lon]), { ...look, color: shades.brand, weight: 2.5, opacity: 0.75 }).addTo(ground);
    for (const [, lon, lat] of hydrants) L.circleMarker([lat, lon], { ...look, radius: 3, color: shades.bad, weight: 1.5, fillOpacity: 0 }).addTo(ground);
    for (const [, lon, lat, state] of valves) {
      const fill = state === "closed" ? shades.ink : state === "stuck" ? shades.bad : shades.card;
      L.circleMarker([lat, lon], { ...look, radius: 4, color: state === "stuck" ? shades.bad : shades.ink, weight: 1.5, fillColor: fill, fillOpacity: 1 }).addTo(ground);
    }
  }

  /** @param {Closure | null} shut */
  mark(shut) {
    const { L, closure } = this;
    closure.clearLayers();
    if (!shut) return;
    const shades = colours();
    const look = { renderer: this.over, pane: "shut-off", interactive: false };
    const lines = (/** @type {[number, number][][]} */ all, /** @type {object} */ more) => all.forEach((line) =>
      L.polyline(line.map(([lon, lat]) => [lat, lon]), { ...look, ...more }).addTo(closure));
    lines(shut.lost.lines, { color: shades.thin, weight: 5, dashArray: "6 6" });
    lines(shut.closed.lines, { color: shades.bad, weight: 6 });
    shut.close.forEach((step, at) => {
      const mark = h("b", { class: "console-rank", data: { state: step.state }, text: at + 1 });
      L.marker([step.lat, step.lon], { interactive: false, keyboard: false, icon: L.divIcon({ html: mark, className: "", iconSize: [20, 20] }) }).addTo(closure);
    });
  }
}
