// The map: each territory in a colour, its representative's name in its middle; zones that change hands are hatched by a
// thick edge. A click chooses a zone.

import { h } from "parts/dom.js";
import "parts/map.js";
import { t } from "parts/words.js";
import { hue, shades } from "pages/territory/colours.js";
import { NOBODY } from "pages/territory/model.js";
import { who } from "pages/territory/words.js";

const MANY = 80; // so many names would cover the map

export class MapView {
  /** @param {import("pages/territory/model.js").Model} model */
  constructor(model) {
    this.model = model;
    this.element = /** @type {import("parts/map.js").MapPart} */ (h("cs-map", { class: "territory-map" }));
    /** @type {any} */
    this.map = null;
    /** @type {Map<string, any>} by code */
    this.drawn = new Map();
    /** @type {any} */
    this.names = null;
    this.framed = "";
    model.addEventListener("change", () => this.draw());
  }

  show() {
    void this.element.ready.then((map) => {
      if (!map) return;
      this.map = map;
      const streets = map.getPane("streets");
      if (streets) streets.style.opacity = "0.45"; // the ground, not the matter
      map.createPane("territories").style.zIndex = "205";
      const L = this.element.leaflet;
      this.paint = L.canvas({ pane: "territories", padding: 0.3 });
      this.names = L.layerGroup().addTo(map);
      this.draw();
    });
  }

  draw() {
    const { model, map } = this;
    const { proposal, owner, zone: chosen } = model;
    if (!map) return;
    if (!proposal) return void this.outline();
    const dark = document.documentElement.dataset["theme"] === "dark";
    const ink = getComputedStyle(document.documentElement).getPropertyValue("--ink").trim();
    const given = shades(proposal.zones, owner, proposal.reps.length);
    const L = this.element.leaflet;
    const gone = new Set(this.drawn.keys());
    proposal.zones.forEach((zone, at) => {
      const shape = model.shapes[zone.code];
      if (!shape) return;
      gone.delete(zone.code);
      const layer = this.drawn.get(zone.code) ?? this.lay(zone.code, shape);
      const rep = owner[at] ?? NOBODY;
      const shade = hue(given[rep], dark);
      const moves = rep !== zone.now;
      layer.setStyle({ color: at === chosen || moves ? ink : shade, weight: at === chosen ? 4 : moves ? 2.5 : 1, dashArray: at === chosen || !moves ? null : "5 4", fillColor: shade, fillOpacity: rep === NOBODY ? 0.1 : 0.42 });
      if (at === chosen || moves) layer.bringToFront();
    });
    for (const code of gone) {
      this.drawn.get(code).remove();
      this.drawn.delete(code);
    }
    this.write();
    this.frame(proposal.id);
  }

  /** The zones alone, before anything is proposed. */
  outline() {
    const edge = getComputedStyle(document.documentElement).getPropertyValue("--ink2").trim();
    for (const [code, shape] of Object.entries(this.model.shapes)) {
      const layer = this.drawn.get(code) ?? this.lay(code, shape);
      layer.setStyle({ color: edge, weight: 1, dashArray: null, fillColor: edge, fillOpacity: 0.06 });
    }
    this.write();
    this.frame("zones");
  }

  /** @param {string} code @param {any} shape */
  lay(code, shape) {
    const { model } = this;
    const layer = this.element.leaflet.geoJSON(shape, { renderer: this.paint, pane: "territories" }).addTo(this.map);
    layer.bindTooltip(() => h("span", { text: this.says(code) }), { sticky: true });
    layer.on("click", () => model.proposal && model.choose(model.proposal.zones.findIndex((each) => each.code === code)));
    this.drawn.set(code, layer);
    return layer;
  }

  /** All that is drawn, once for each proposal. @param {string} what */
  frame(what) {
    if (this.framed === what || !this.drawn.size) return;
    this.framed = what;
    this.map.fitBounds(this.element.leaflet.featureGroup([...this.drawn.values()]).getBounds(), { padding: [16, 16], animate: false });
  }

  /** A name in the middle of each territory, where there are not too many. */
  write() {
    const { proposal, owner } = this.model;
    this.names.clearLayers();
    if (!proposal || proposal.reps.length > MANY) return;
    const L = this.element.leaflet;
    proposal.reps.forEach((rep, number) => {
      const middles = proposal.zones.flatMap((zone, at) => (owner[at] === number && this.drawn.has(zone.code) ? [this.drawn.get(zone.code).getBounds().getCenter()] : []));
      if (!middles.length) return;
      const lat = middles.reduce((sum, each) => sum + each.lat, 0) / middles.length;
      const lng = middles.reduce((sum, each) => sum + each.lng, 0) / middles.length;
      const nearest = middles.reduce((best, each) => (Math.hypot(each.lat - lat, each.lng - lng) < Math.hypot(best.lat - lat, best.lng - lng) ? each : best));
      L.tooltip({ permanent: true, direction: "center", className: "territory-name", interactive: false }).setLatLng(nearest).setContent(h("span", { text: who(rep) })).addTo(this.names);
    });
  }

  /** @param {string} code */
  says(code) {
    const { proposal, owner } = this.model;
    const at = proposal?.zones.findIndex((zone) => zone.code === code) ?? -1;
    const zone = proposal?.zones[at];
    if (!proposal || !zone) return code;
    const now = who(proposal.reps[zone.now]);
    const then = who(proposal.reps[owner[at] ?? NOBODY]);
    return now === then ? `${code} · ${then}` : t("territory.moves", { code, now, then });
  }
}
