// The map: zones coloured by how they are looked after, tasks as diamonds, representatives as dots. Zones, tasks and
// representatives each have a canvas of their own, so that a moving dot redraws dots only; all at most once a second.

import { h } from "parts/dom.js";
import "parts/map.js";
import { i18n, t } from "parts/words.js";
import { colours, onTheme } from "pages/console/colours.js";
import { COVERAGE, name, title } from "pages/console/words.js";

/** @typedef {import("pages/console/types.js").Route} Route */

const CALM_MS = 1000;
const FILL = /** @type {Record<string, number>} */ ({ covered: 0.16, thin: 0.28, uncovered: 0.34, late: 0.38 });

export class MapView {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    this.map = /** @type {import("parts/map.js").MapPart} */ (h("cs-map", { class: "console-map" }));
    this.element = h("div", { class: "console-map-place" }, this.map, legend());
    /** @type {any} */
    this.layers = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.framed = false;
    board.addEventListener("change", () => this.soon());
    board.addEventListener("select", () => {
      this.draw();
      void this.showRoute();
    });
    onTheme(() => this.draw());
  }

  show() {
    void this.map.ready.then((map) => {
      if (!map) return;
      this.prepare(map);
      this.draw();
    });
  }

  soon() {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.draw();
    }, this.framed ? CALM_MS : 0);
  }

  /** @param {any} map */
  prepare(map) {
    if (this.layers?.map === map) return;
    const L = this.map.leaflet;
    const canvas = (/** @type {string} */ pane, /** @type {number} */ level) => {
      map.createPane(pane).style.zIndex = String(level);
      return L.canvas({ pane, padding: 0.3 });
    };
    this.layers = {
      map, zones: L.layerGroup().addTo(map), tasks: L.layerGroup().addTo(map), reps: L.layerGroup().addTo(map), route: L.layerGroup().addTo(map),
      paint: { zones: canvas("zones", 205), route: canvas("route", 390), tasks: canvas("tasks", 410), reps: canvas("reps", 420) },
    };
    map.on("moveend", () => this.drawTasks(colours()));
    this.framed = false;
  }

  draw() {
    if (!this.layers || !this.element.isConnected) return;
    const shades = colours();
    this.drawZones(shades);
    this.drawTasks(shades);
    this.drawReps(shades);
  }

  /** @param {import("pages/console/colours.js").Colours} shades */
  drawZones(shades) {
    const L = this.map.leaflet;
    const { zones, map, paint } = this.layers;
    const { chosen } = this.board;
    zones.clearLayers();
    const features = [...this.board.zones.values()].filter((zone) => zone.geometry);
    for (const zone of features) {
      const own = chosen?.kind === "zone" && chosen.id === zone.properties.code;
      const { coverage } = zone.properties;
      L.geoJSON(zone.geometry, {
        renderer: paint.zones, pane: "zones",
        style: { color: own ? shades.ink : shades[coverage], weight: own ? 4 : 1.5, fillColor: shades[coverage], fillOpacity: FILL[coverage], dashArray: coverage === "uncovered" ? "6 5" : null },
      })
        .bindTooltip(`${zone.properties.code} · ${name(zone.properties)} · ${t(`console.coverage.${coverage}`)}`, { sticky: true })
        .on("click", () => this.board.choose({ kind: "zone", id: zone.properties.code }))
        .addTo(zones);
    }
    if (features.length && !this.framed) {
      this.framed = true;
      map.fitBounds(L.featureGroup(zones.getLayers()).getBounds(), { padding: [16, 16], animate: false });
    }
  }

  /** @param {import("pages/console/colours.js").Colours} shades */
  drawTasks(shades) {
    const L = this.map.leaflet;
    const { tasks, map, paint } = this.layers;
    const view = map.getBounds().pad(0.1);
    tasks.clearLayers();
    for (const task of this.board.open) {
      if (task.lat === null || task.lon === null || !view.contains([task.lat, task.lon])) continue;
      const own = this.board.chosen?.kind === "task" && this.board.chosen.id === task.id;
      const loud = task.late_s > 0 || ["unplaced", "escalated"].includes(task.state);
      const half = own ? 0.00022 : 0.00014;
      const wide = half * 1.4;
      L.polygon([[task.lat + half, task.lon], [task.lat, task.lon + wide], [task.lat - half, task.lon], [task.lat, task.lon - wide]], {
        renderer: paint.tasks, pane: "tasks", color: own ? shades.ink : shades.card, weight: own ? 3 : 1.5, fillColor: loud ? shades.bad : shades.brand, fillOpacity: 1,
      })
        .bindTooltip(`${title(task)} · ${task.address}`)
        .on("click", () => this.board.choose({ kind: "task", id: task.id }))
        .addTo(tasks);
    }
  }

  /** @param {import("pages/console/colours.js").Colours} shades */
  drawReps(shades) {
    const L = this.map.leaflet;
    const { reps, paint } = this.layers;
    reps.clearLayers();
    for (const rep of this.board.reps.values()) {
      const own = this.board.chosen?.kind === "rep" && this.board.chosen.id === rep.id;
      const { lat, lon } = rep.position ?? { lat: rep.home_lat, lon: rep.home_lon };
      const seen = rep.position ? t("console.seen", { when: i18n.relative(rep.position.at, new Date()) }) : t("console.not_seen");
      L.circleMarker([lat, lon], {
        renderer: paint.reps, pane: "reps", radius: own ? 11 : 8, color: shades.card, weight: 2, fillColor: rep.on_shift ? shades.ink : shades.uncovered, fillOpacity: rep.position ? 1 : 0.65,
      })
        .bindTooltip(`${name(rep)} · ${seen}`)
        .on("click", () => this.board.choose({ kind: "rep", id: rep.id }))
        .addTo(reps);
    }
  }

  /** The chosen representative's way through the day; for a task, that of the one who has it. */
  async showRoute() {
    if (!this.layers) return;
    const { chosen } = this.board;
    const repId = chosen?.kind === "rep" ? chosen.id : chosen?.kind === "task" ? this.board.tasks.get(chosen.id)?.rep?.id : undefined;
    this.layers.route.clearLayers();
    if (!repId) return;
    /** @type {Route} */
    const route = await this.board.page.api.get(`/api/reps/${repId}/route`);
    if (this.board.chosen !== chosen) return;
    for (const stop of route.stops) {
      if (stop.path.length < 2) continue;
      this.map.leaflet.polyline(stop.path.map(([lon, lat]) => [lat, lon]), {
        renderer: this.layers.paint.route, pane: "route", interactive: false, color: colours().brand, weight: 4, opacity: 0.75,
      }).addTo(this.layers.route);
    }
  }
}

function legend() {
  const swatch = (/** @type {string} */ colour, /** @type {string} */ shape, /** @type {string} */ key) => {
    const mark = h("i", { data: { shape } });
    mark.style.setProperty("--swatch", `var(--${colour})`);
    return h("li", null, mark, h("span", { t: key }));
  };
  const tones = /** @type {Record<string, string>} */ ({ late: "bad", uncovered: "edge", thin: "warn", covered: "ok" });
  return h("ul", { class: "legend console-legend", label: "console.legend" },
    Object.keys(COVERAGE).map((key) => swatch(tones[key] ?? "edge", key === "uncovered" ? "hatch" : "", `console.coverage.${key}`)),
    swatch("brand", "diamond", "console.legend.task"), swatch("bad", "diamond", "console.legend.waiting"), swatch("ink", "dot", "console.legend.rep"));
}
