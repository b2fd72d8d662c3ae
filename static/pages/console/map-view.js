// The map: zones coloured by how they are looked after, tasks as diamonds, representatives as dots. Zones, tasks and
// representatives each have a canvas of their own, so that a moving dot redraws dots only; shapes stay and change
// their colour or place; at most one drawing a second.

import { placeLabels } from "lib/labels.js";
import { h } from "parts/dom.js";
import { keep, kept } from "pages/console/address.js";
import "parts/map.js";
import { i18n, t } from "parts/words.js";
import { waits } from "pages/console/board.js";
import { AnnouncedLayer } from "pages/console/announced-layer.js";
import { colours, onTheme } from "pages/console/colours.js";
import { legend } from "pages/console/legend.js";
import { Network } from "pages/console/network.js";
import { shapes } from "pages/console/shapes.js";
import { Tracked } from "pages/console/tracked.js";
import { name, title } from "pages/console/words.js";

/** @typedef {import("pages/console/types.js").Route} Route */
/** @typedef {import("pages/console/types.js").Task} Task */
/** @typedef {import("pages/console/types.js").Rep} Rep */
/** @typedef {import("pages/console/types.js").Zone} Zone */
/** @typedef {import("pages/console/board.js").Kind} Kind */

const CALM_MS = 1000;
const NEAR = 15; // streets can be read
const CROWD = 400; // so many tasks in sight are drawn small
const MANY = 100; // so many representatives are drawn small, and named
const OWN = 17; // half the width of the chosen task: seen also where somebody stands on it
const CONTROL = 58; // the corner with the buttons for closer and farther
const LINE = 16; // pixels that a name is high
const FILL = /** @type {Record<string, number>} */ ({ covered: 0.14, thin: 0.3, uncovered: 0.75, late: 0.34 });
const ALL = /** @type {Kind[]} */ (["zones", "tasks", "reps"]);

export class MapView {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    this.map = /** @type {import("parts/map.js").MapPart} */ (h("cs-map", { class: "console-map" }));
    this.legend = legend();
    this.network = new Network(board);
    this.announced = new AnnouncedLayer(board);
    this.element = h("div", { class: "console-map-place" }, this.map, this.legend, this.network.element);
    /** @type {any} */
    this.layers = null;
    /** @type {Set<Kind>} what has changed since it was drawn */
    this.due = new Set(ALL);
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.last = -CALM_MS;
    this.framed = false;
    board.addEventListener("change", (event) => {
      for (const kind of /** @type {CustomEvent<Kind[]>} */ (event).detail) this.due.add(kind);
      this.soon();
    });
    board.addEventListener("select", () => {
      this.layers?.proposed.clearLayers();
      this.all();
      this.lookAt();
      void this.showRoute();
    });
    board.addEventListener("propose", () => {
      this.showProposals();
      this.due.add("reps");
      this.draw();
    });
    onTheme(() => {
      this.all();
      this.announced.draw();
      void this.showRoute(); // its colour is the theme's
    });
  }

  /** The view has come to sight. */
  show() {
    void this.map.ready.then((map) => {
      if (!map) return;
      this.prepare(map);
      map.invalidateSize({ animate: false });
      this.draw();
    });
  }

  /** From a moment on the address says where a person has gone on the map; a shared address begins there. @param {any} map */
  remember(map) {
    const [lat, lon, zoom] = kept("at").split(",").map(Number);
    if (lat !== undefined && lon !== undefined && zoom && [lat, lon, zoom].every(Number.isFinite)) map.setView([lat, lon], zoom, { animate: false });
    map.on("moveend", () => {
      const { lat: y, lng: x } = map.getCenter();
      keep({ at: `${y.toFixed(5)},${x.toFixed(5)},${map.getZoom()}` });
    });
  }

  all() {
    for (const kind of ALL) this.due.add(kind);
    this.draw();
  }

  soon() {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.draw();
    }, Math.max(0, this.last + CALM_MS - performance.now()));
  }

  /** @param {any} map */
  prepare(map) {
    if (this.layers) return;
    map.options.zoomSnap = 0.25; // a city fits better between two whole levels
    const streets = map.getPane("streets");
    if (streets) streets.style.opacity = "0.45"; // here they are the ground, not the matter
    const L = this.map.leaflet;
    const own = shapes(L);
    const canvas = (/** @type {string} */ pane, /** @type {number} */ level) => {
      map.createPane(pane).style.zIndex = String(level);
      return L.canvas({ pane, padding: 0.3 });
    };
    const paint = { zones: canvas("zones", 205), route: canvas("route", 390), tasks: canvas("tasks", 410), reps: canvas("reps", 420) };
    paint.reps._extendRedrawBounds = () => {}; // names reach beyond their dots: this canvas is always drawn whole
    const { board } = this;
    this.layers = {
      map, paint, route: L.layerGroup().addTo(map), proposed: L.layerGroup().addTo(map),
      zones: new Tracked(map, (/** @type {Zone} */ zone) => L.geoJSON(zone.geometry, { renderer: paint.zones, pane: "zones" })
        .on("click", () => this.network.on || board.choose({ kind: "zone", id: zone.properties.code }))),
      tasks: new Tracked(map, (/** @type {Task} */ task) => new own.Diamond([task.lat, task.lon], { renderer: paint.tasks, pane: "tasks" })
        .on("click", () => board.choose({ kind: "task", id: task.id }))),
      reps: new Tracked(map, (/** @type {Rep} */ rep) => new own.Badge([rep.home_lat, rep.home_lon], { renderer: paint.reps, pane: "reps" })
        .on("click", () => board.choose({ kind: "rep", id: rep.id }))),
    };
    this.network.attach(map, L);
    this.announced.attach(map, L, () => this.network.on);
    map.on("moveend", () => {
      this.due.add("tasks").add("reps");
      this.draw();
    });
    this.lookAt();
    void this.showRoute();
    this.showProposals();
  }

  draw() {
    if (!this.layers || !this.map.clientWidth) return;
    const shades = colours();
    if (this.due.has("zones")) this.drawZones(shades);
    if (this.due.has("tasks")) this.drawTasks(shades);
    if (this.due.has("reps")) this.drawReps(shades);
    this.due.clear();
    this.last = performance.now();
  }

  /** @param {import("pages/console/colours.js").Colours} shades */
  drawZones(shades) {
    const { zones, map } = this.layers;
    const { chosen } = this.board;
    zones.keep([...this.board.zones.values()].filter((zone) => zone.geometry), {
      id: (/** @type {Zone} */ zone) => `${zone.properties.code} ${this.board.version}`,
      style: (/** @type {Zone} */ { properties: { code, coverage } }) => {
        const own = chosen?.kind === "zone" && chosen.id === code;
        const shade = shades[coverage];
        return { color: own ? shades.ink : shade, weight: own ? 4 : 1.5, fillColor: coverage === "uncovered" ? shades.hatch : shade, fillOpacity: FILL[coverage] };
      },
      says: (/** @type {Zone} */ { properties }) => `${properties.code} · ${name(properties)} · ${t(`console.coverage.${properties.coverage}`)}`,
      sticky: true,
    });
    if (zones.size && !this.framed) {
      this.framed = true;
      map.fitBounds(this.map.leaflet.featureGroup(zones.layers).getBounds(), { ...this.inset(16), animate: false });
      this.remember(map);
    }
  }

  /** Room at the edges, above the legend too, in pixels. @param {number} pixels */
  inset(pixels) {
    return { paddingTopLeft: [pixels, pixels], paddingBottomRight: [pixels, pixels + this.legend.offsetHeight] };
  }

  /** @param {import("pages/console/colours.js").Colours} shades */
  drawTasks(shades) {
    const { tasks, map } = this.layers;
    const { chosen } = this.board;
    const view = map.getBounds().pad(0.1);
    const shown = this.board.open.filter(({ lat, lon }) => lat !== null && lon !== null && view.contains([lat, lon]));
    const [calm, alarm] = shown.length > CROWD ? [3.5, 5] : [7, 9];
    tasks.keep(shown, {
      id: (/** @type {Task} */ task) => task.id,
      place: (/** @type {Task} */ task) => [task.lat, task.lon],
      style: (/** @type {Task} */ task) => {
        const own = chosen?.kind === "task" && chosen.id === task.id;
        const loud = task.late_s > 0 || waits(task);
        return { color: own ? shades.ink : shades.card, weight: own ? 3 : shown.length > CROWD ? 0.5 : 1.5, fillColor: loud ? shades.bad : shades.brand, fillOpacity: 1, radius: own ? OWN : loud ? alarm : calm };
      },
      says: (/** @type {Task} */ task) => [title(task), task.address].filter(Boolean).join(" · "),
    });
  }

  /** @param {import("pages/console/colours.js").Colours} shades */
  drawReps(shades) {
    const { chosen } = this.board;
    const crowd = this.board.reps.size > MANY;
    const names = this.names();
    this.layers.reps.keep([...this.board.reps.values()], {
      id: (/** @type {Rep} */ rep) => rep.id,
      place: (/** @type {Rep} */ rep) => Object.values(placeOf(rep)),
      style: (/** @type {Rep} */ rep) => {
        const own = chosen?.kind === "rep" && chosen.id === rep.id;
        return { color: own ? shades.brand : shades.card, weight: own ? 4 : 2, fillColor: rep.on_shift ? shades.ink : shades.edge, fillOpacity: rep.position ? 1 : 0.78, radius: own ? 14 : crowd ? 6 : 11, letter: crowd && !own ? "" : initials(name(rep)), letterColor: shades.card, label: names.has(rep.id) ? name(rep) : "", labelAt: names.get(rep.id), labelColor: shades.ink, haloColor: shades.card };
      },
      says: (/** @type {Rep} */ rep) => `${name(rep)} · ${rep.position ? t("console.seen", { when: i18n.relative(rep.position.at, new Date()) }) : t("console.not_seen")}`,
    });
  }

  /** Where the names of those in sight stand, so that none covers another; the chosen one's and the proposed ones' first. @returns {Map<string, {dx: number, dy: number}>} */
  names() {
    const { map } = this.layers;
    const { chosen, proposed, open } = this.board;
    const view = map.getBounds().pad(0.05);
    const first = new Set([chosen?.kind === "rep" ? chosen.id : "", ...(proposed && chosen?.id === proposed.id ? proposed.best.map((best) => best.rep_id) : [])]);
    const size = map.getSize();
    const seen = [...this.board.reps.values()].filter((rep) => view.contains(Object.values(placeOf(rep))))
      .sort((a, b) => Number(first.has(b.id)) - Number(first.has(a.id)) || Number(b.on_shift) - Number(a.on_shift));
    const crowd = this.board.reps.size > MANY;
    const dots = seen.map((rep, at) => {
      const { x, y } = map.latLngToContainerPoint(Object.values(placeOf(rep)));
      return { id: rep.id, x, y, r: first.has(rep.id) ? 14 : crowd ? 6 : 11, width: at < MANY ? wide(name(rep)) : 0, sure: first.has(rep.id) };
    });
    const tasks = open.length > CROWD ? [] : open.filter(({ lat, lon }) => lat !== null && lon !== null && view.contains([lat, lon]));
    const avoid = tasks.map(({ id, lat, lon }) => {
      const { x, y } = map.latLngToContainerPoint([lat, lon]);
      const r = chosen?.id === id ? OWN : 7;
      return { left: x - r, top: y - r, right: x + r, bottom: y + r };
    });
    avoid.push({ left: size.x - CONTROL, top: 0, right: size.x, bottom: 2 * CONTROL }, { left: 0, top: size.y - this.legend.offsetHeight - 24, right: this.legend.offsetWidth, bottom: size.y });
    return placeLabels(dots, { height: LINE, view: { left: 0, top: 0, right: size.x, bottom: size.y }, avoid });
  }

  /** The proposed people and the chosen task, joined by numbered lines. */
  showProposals() {
    const { chosen, proposed, tasks, reps } = this.board;
    if (!this.layers) return;
    const { map, paint, proposed: layer } = this.layers;
    layer.clearLayers();
    const task = chosen?.kind === "task" && chosen.id === proposed?.id ? tasks.get(chosen.id) : undefined;
    if (!proposed || !task || task.lat === null || task.lon === null) return;
    const L = this.map.leaflet;
    const shades = colours();
    const bounds = L.latLngBounds([[task.lat, task.lon]]);
    proposed.best.forEach((proposal, index) => {
      const rep = reps.get(proposal.rep_id);
      if (!rep) return;
      const at = placeOf(rep);
      bounds.extend([at.lat, at.lon]);
      L.polyline([[at.lat, at.lon], [task.lat, task.lon]], { renderer: paint.route, pane: "route", interactive: false, color: shades.brand, weight: index ? 2.5 : 4, dashArray: "8 6", opacity: 0.9 }).addTo(layer);
      const mark = h("b", { class: "console-rank", text: index + 1 });
      L.marker([at.lat, at.lon], { interactive: false, keyboard: false, icon: L.divIcon({ html: mark, className: "", iconSize: [20, 20], iconAnchor: [24, 24] }) }).addTo(layer);
    });
    map.fitBounds(bounds, { ...this.inset(56), maxZoom: NEAR, animate: !matchMedia("(prefers-reduced-motion: reduce)").matches });
  }

  /** What is chosen comes into sight, where it has a place and is not seen already. */
  lookAt() {
    const { chosen, tasks, reps } = this.board;
    if (!this.layers || !chosen || chosen.kind === "zone") return;
    const rep = chosen.kind === "rep" ? reps.get(chosen.id) : undefined;
    const place = chosen.kind === "task" ? tasks.get(chosen.id) : rep && placeOf(rep);
    const { map, zones } = this.layers;
    if (!place || place.lat === null || place.lon === null) return;
    const animate = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    const home = zones.size ? this.map.leaflet.featureGroup(zones.layers).getBounds() : null;
    // What lies outside of everything is shown with everything: alone on an empty ground it would say nothing.
    if (home?.isValid() && !home.pad(0.05).contains([place.lat, place.lon])) map.fitBounds(home.extend([place.lat, place.lon]), { ...this.inset(40), animate });
    else map.setView([place.lat, place.lon], Math.max(map.getZoom(), NEAR), { animate });
  }

  /** The chosen representative's way through the day; for a task, that of the one who has it. */
  async showRoute() {
    if (!this.layers) return;
    const { chosen } = this.board;
    const repId = chosen?.kind === "rep" ? chosen.id : chosen?.kind === "task" ? this.board.tasks.get(chosen.id)?.rep?.id : undefined;
    this.layers.route.clearLayers();
    if (!repId) return;
    /** @type {Route | null} a map without the line is still a map */
    const route = await this.board.page.api.get(`/api/reps/${repId}/route`).catch(() => null);
    if (!route || this.board.chosen !== chosen) return;
    for (const stop of route.stops) {
      if (stop.path.length < 2) continue;
      this.map.leaflet.polyline(stop.path.map(([lon, lat]) => [lat, lon]), {
        renderer: this.layers.paint.route, pane: "route", interactive: false, color: colours().brand, weight: 5, opacity: 0.8,
      }).addTo(this.layers.route);
    }
  }
}

/** Where somebody was last seen, or sets off. @param {Rep} rep */
function placeOf({ position, home_lat, home_lon }) {
  return position ? { lat: position.lat, lon: position.lon } : { lat: home_lat, lon: home_lon };
}

/** How wide a name is written, in pixels, with its halo. @param {string} text */
function wide(text) {
  return 4 + [...text].reduce((sum, letter) => sum + (letter > "\u2e80" ? 13 : 7.5), 0);
}

/** Two letters of a name: first and last of a Latin one, the given name of a Chinese one. @param {string} whole */
function initials(whole) {
  if (/\p{Script=Han}/u.test(whole)) return [...whole].slice(-2).join("");
  const words = whole.split(/[\s-]+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => [...(word ?? "")][0] ?? "").join("").toUpperCase();
}
