// `<cs-map>`: Leaflet on one canvas. `await map.ready` gives Leaflet's map, or null where the library is missing: then
// the element says so, and the page must offer another way (a table, an address). With `pick`, the map moves under a
// fixed pin and `pin` (detail {lon, lat}) tells where it stands. Streets are drawn by themselves where the
// installation has a road graph; `home()` shows all of them.

import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";
import { drawStreets } from "parts/map-streets.js";
import { t } from "parts/words.js";

/** @typedef {any} LeafletMap Leaflet carries no types in its wheel */

const PICK_ZOOM = 15; // streets can be told apart

export class MapPart extends HTMLElement {
  constructor() {
    super();
    /** @type {(map: LeafletMap | null) => void} */
    let settle = () => {};
    /** @type {Promise<LeafletMap | null>} */
    this.ready = new Promise((resolve) => {
      settle = resolve;
    });
    this.settle = settle;
    /** @type {LeafletMap | null} */
    this.map = null;
    /** @type {any} Leaflet itself, once `ready` */
    this.leaflet = null;
    this.started = false;
    this.gone = false; // taken off the page: from then on there is no map here, and another element is needed
    /** @type {[[number, number], [number, number]] | null} of the base map: south-west, north-east as lat, lon */
    this.bounds = null;
    this.shownByPage = false;
  }

  connectedCallback() {
    if (this.started) return;
    this.started = true;
    this.setAttribute("role", "application");
    this.setAttribute("aria-label", t("common.map"));
    void this.start();
  }

  disconnectedCallback() {
    this.gone = true;
    this.resized?.disconnect();
    this.map?.remove();
    this.map?.off(); // its clocks still tell of moves; nobody shall hear them
    this.map = null;
  }

  async start() {
    const shell = JSON.parse(document.getElementById("shell")?.textContent ?? "{}");
    if (!shell.map) return this.absent();
    try {
      await import("leaflet");
    } catch {
      return this.absent();
    }
    if (!this.isConnected) return;
    this.leaflet = heedful(/** @type {any} */ (globalThis).L);
    const place = h("div");
    this.append(place);
    const map = this.leaflet.map(place, {
      preferCanvas: true, zoomControl: false, attributionControl: false, center: [0, 0], zoom: 2, minZoom: 2, maxZoom: 19,
      fadeAnimation: false, wheelPxPerZoomLevel: 90,
    });
    this.leaflet.control.zoom({ position: "topright", zoomInTitle: t("common.map.zoom_in"), zoomOutTitle: t("common.map.zoom_out") }).addTo(map);
    this.map = map;
    const gone = new AbortController();
    map.on("unload", () => gone.abort());
    if (shell.base_map) this.bounds = await drawStreets(this.leaflet, map, shell.base_map, gone.signal).catch(() => null);
    if (gone.signal.aborted) return; // taken off the page meanwhile: nothing may touch it any more
    if (this.hasAttribute("pick")) this.pick(map);
    this.resized = new ResizeObserver(() => map.invalidateSize({ animate: false }));
    this.resized.observe(this);
    this.settle(map);
  }

  absent() {
    this.removeAttribute("role");
    this.replaceChildren(h("div", { class: "empty" }, icon("map"), h("p", { t: "common.map.absent" })));
    this.settle(null);
  }

  /** @param {LeafletMap} map */
  pick(map) {
    const pin = icon("pin");
    pin.className = "centre-pin";
    this.append(pin);
    const tell = () => {
      if (this.shownByPage) {
        this.shownByPage = false; // the page moved the map, not the person
        return;
      }
      const { lat, lng } = map.getCenter().wrap();
      this.dispatchEvent(new CustomEvent("pin", { detail: { lon: round(lng), lat: round(lat) } }));
    };
    map.on("moveend", tell);
  }

  /** @param {{lon: number, lat: number}} place @param {number} [zoom] */
  async show({ lon, lat }, zoom = 17) {
    const map = await this.ready;
    this.shownByPage = map !== null;
    map?.setView([lat, lon], zoom, { animate: !matchMedia("(prefers-reduced-motion: reduce)").matches });
  }

  /** Fits the whole of these points. @param {[number, number][]} points lon, lat */
  async frame(points) {
    const map = await this.ready;
    if (map && !this.gone && points.length) map.fitBounds(points.map(([lon, lat]) => [lat, lon]), { padding: [24, 24], animate: false });
  }

  /** Everything that the base map covers. */
  async home() {
    const map = await this.ready;
    if (!map || !this.bounds) return;
    this.shownByPage = true;
    map.fitBounds(this.bounds, { animate: false, padding: [8, 8] });
    if (this.hasAttribute("pick")) map.setZoom(Math.max(map.getZoom(), PICK_ZOOM), { animate: false });
  }
}

/**
 * A drawing that waited for its turn while another was made at once is not called off when the map goes (Leaflet 1.9):
 * there is no canvas any more then, and nothing to draw.
 * @param {any} leaflet
 */
function heedful(leaflet) {
  const { Canvas } = leaflet;
  if (!Canvas.heedful) {
    const { _redraw } = Canvas.prototype;
    Canvas.include({ _redraw() { if (this._ctx) _redraw.call(this); } });
    Canvas.heedful = true;
  }
  return leaflet;
}

/** A hundred-thousandth of a degree is about a metre. @param {number} value */
function round(value) {
  return Math.round(value * 1e6) / 1e6;
}

customElements.define("cs-map", MapPart);
