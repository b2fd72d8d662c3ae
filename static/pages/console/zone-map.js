// Faults and differences where they lie: over the borders there are now, a fault in red, what is gone dashed, what is
// new or mended in the house's colour. Whoever cannot see it has the list beside it.

import { h } from "parts/dom.js";
import "parts/map.js";
import { colours, onTheme } from "pages/console/colours.js";

/** @typedef {import("pages/console/import-report.js").Told} Told */
/** @typedef {import("pages/console/import-report.js").Mend} Mend */
/** @typedef {{geometry: any, look: "fault" | "before" | "after"}} Drawn */

class ZoneMap {
  /** @param {import("pages/console/board.js").Board} board @param {Drawn[]} drawn */
  constructor(board, drawn) {
    this.board = board;
    this.drawn = drawn;
    /** @type {Drawn[]} what is looked at alone */
    this.shown = [];
    this.part = /** @type {import("parts/map.js").MapPart} */ (h("cs-map", { class: "console-zone-map" }));
    this.element = h("div", { class: "console-zone-map-place" }, this.part);
    void this.part.ready.then((map) => map && this.begin(map));
  }

  /** @param {any} map */
  begin(map) {
    const L = this.part.leaflet;
    this.layers = { ground: L.layerGroup().addTo(map), drawn: L.layerGroup().addTo(map), shown: L.layerGroup().addTo(map) };
    this.draw();
    onTheme(() => this.draw());
    this.frame(this.drawn.length ? this.drawn : [...this.board.zones.values()].map(({ geometry }) => ({ geometry, look: "before" })));
  }

  draw() {
    const { layers, part } = this;
    if (!layers || part.gone) return;
    const L = part.leaflet;
    const ink = colours();
    const looks = {
      ground: { color: ink.edge, weight: 1, fill: false, interactive: false },
      fault: { color: ink.bad, weight: 2.5, fillColor: ink.bad, fillOpacity: 0.35, interactive: false },
      before: { color: ink.ink, weight: 2, dashArray: "5 5", fill: false, interactive: false },
      after: { color: ink.brand, weight: 2.5, fillColor: ink.brand, fillOpacity: 0.15, interactive: false },
    };
    const add = (/** @type {any} */ group, /** @type {any[]} */ things) => {
      group.clearLayers();
      for (const { geometry, look } of things) {
        if (geometry) L.geoJSON(geometry, { style: looks[/** @type {keyof typeof looks} */ (look)] }).addTo(group);
      }
    };
    add(layers.ground, [...this.board.zones.values()].map(({ geometry }) => ({ geometry, look: "ground" })));
    add(layers.drawn, this.drawn);
    add(layers.shown, this.shown);
  }

  /** Look at these, and go there. @param {Drawn[]} shown */
  look(shown) {
    this.shown = shown;
    this.draw();
    this.frame(shown);
  }

  /** @param {Drawn[]} drawn */
  frame(drawn) {
    const points = drawn.flatMap(({ geometry }) => corners(geometry?.coordinates));
    if (points.length) void this.part.frame(points);
  }
}

/** @param {any} coordinates @returns {[number, number][]} */
function corners(coordinates) {
  if (!Array.isArray(coordinates)) return [];
  if (typeof coordinates[0] === "number") return [/** @type {[number, number]} */ (coordinates)];
  return coordinates.flatMap(corners);
}

/** The places of faults. @param {import("pages/console/board.js").Board} board @param {Told[]} found */
export function faultMap(board, found) {
  const drawn = (/** @type {Told} */ { params }) => params?.["shape"] ?? (typeof params?.["lon"] === "number" ? around(params["lon"], params["lat"]) : null);
  const map = new ZoneMap(board, found.map((told) => ({ geometry: drawn(told), look: /** @type {const} */ ("fault") })).filter(({ geometry }) => geometry));
  const any = map.drawn.length > 0;
  return {
    element: any ? map.element : null,
    can: (/** @type {Told} */ told) => any && drawn(told) !== null,
    show: (/** @type {Told} */ told) => map.look([{ geometry: drawn(told), look: "fault" }]),
    preview: (/** @type {Told} */ told, /** @type {Mend | null} */ mend) =>
      any && map.look([{ geometry: drawn(told), look: /** @type {const} */ ("fault") }, ...(mend?.after ? [{ geometry: mend.after, look: /** @type {const} */ ("after") }] : [])]),
  };
}

/** A small square, for what has no shape. @param {number} lon @param {number} lat */
function around(lon, lat) {
  const d = 0.0003;
  return { type: "Polygon", coordinates: [[[lon - d, lat - d], [lon + d, lat - d], [lon + d, lat + d], [lon - d, lat + d], [lon - d, lat - d]]] };
}

/** The borders before and after. @param {import("pages/console/board.js").Board} board @param {Record<string, {before: any, after: any}>} drawings */
export function differenceMap(board, drawings) {
  const of = (/** @type {{before: any, after: any}} */ { before, after }) => [
    ...(after ? [{ geometry: after, look: /** @type {const} */ ("after") }] : []),
    ...(before ? [{ geometry: before, look: /** @type {const} */ ("before") }] : []),
  ];
  const map = new ZoneMap(board, Object.values(drawings).flatMap(of));
  return { element: map.element, show: (/** @type {string} */ code) => drawings[code] && map.look(of(drawings[code])) };
}
