// The zones as files for map programs: what goes out comes in again.

import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";

const KINDS = /** @type {const} */ ([["geojson", "GeoJSON"], ["gpkg", "GeoPackage"], ["shp.zip", "Shapefile"], ["kml", "KML"], ["csv", "CSV"]]);

/** @param {import("parts/page.js").Page} page */
export function takenOut(page) {
  return h("details", { class: "console-fold" },
    h("summary", null, h("span", { t: "console.export" })),
    h("div", { class: "cluster" }, KINDS.map(([kind, name]) =>
      h("a", { class: "button", data: { kind: "quiet" }, href: page.api.picture(`/api/zones/files/${kind}`), download: `zones.${kind}` }, icon("download"), h("span", { text: name })))));
}
