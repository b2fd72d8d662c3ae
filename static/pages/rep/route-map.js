// The day on the map: numbered stops and the roads between them; the list beside it says the same in words.

import { h } from "parts/dom.js";
import "parts/map.js";
import { t } from "parts/words.js";
import { next } from "pages/rep/overlay.js";
import { title } from "pages/rep/stop-row.js";

/** @typedef {import("pages/rep/overlay.js").Route} Route */

const HOME = "home";

export class RouteMap {
  /** @param {(task: string) => void} open */
  constructor(open) {
    this.open = open;
    this.map = /** @type {import("parts/map.js").MapPart} */ (h("cs-map", { class: "rep-map" }));
    this.element = h("div", { class: "stack" }, this.map, h("p", { class: "small muted", t: "rep.map.hint" }));
    /** @type {any} */
    this.layer = null;
    this.framed = "";
  }

  /** Taken off the page since. */
  get gone() {
    return this.map.gone;
  }

  /** @param {Route} route */
  async show(route) {
    const map = await this.map.ready;
    if (!map || this.gone) return;
    const L = this.map.leaflet;
    this.layer?.remove();
    this.layer = L.layerGroup().addTo(map);
    const colours = getComputedStyle(this.element);
    const brand = colours.getPropertyValue("--brand").trim();
    const ok = colours.getPropertyValue("--ok").trim();
    const placed = route.stops.filter((stop) => stop.task.lat !== null);
    for (const stop of placed) {
      const done = stop.task.state === "done";
      if (!done && stop.path.length > 1) {
        L.polyline(stop.path.map(([lon, lat]) => [lat, lon]), { color: brand, weight: 4, opacity: 0.65 }).addTo(this.layer);
      }
    }
    const first = next(route.stops);
    placed.forEach((stop, index) => {
      const look = stop.task.state === "done" ? "done" : stop === first ? "next" : "later";
      const marker = L.marker([stop.task.lat, stop.task.lon], {
        icon: L.divIcon({ className: "rep-pin", iconSize: [40, 40], html: h("span", { data: { look }, style: null }, String(index + 1)) }),
        title: `${index + 1}. ${title(stop.task)} · ${stop.task.address}`, alt: title(stop.task), keyboard: true,
      });
      marker.on("click keypress", () => this.open(stop.task.id)).addTo(this.layer);
    });
    L.circleMarker([route.home_lat, route.home_lon], { radius: 6, color: ok, weight: 3 }).bindTooltip(t(`rep.map.${HOME}`)).addTo(this.layer);
    const places = /** @type {[number, number][]} */ ([...placed.map((stop) => [stop.task.lon, stop.task.lat]), [route.home_lon, route.home_lat]]);
    const key = placed.map((stop) => stop.task.id).join();
    if (key !== this.framed) {
      this.framed = key;
      await this.map.frame(places);
    }
  }
}
