// The ground of what is announced, on the console's map: hatched by its line, above the zones and below the tasks.

import { wordsOf } from "parts/announced.js";
import { colours } from "pages/console/colours.js";

/** @typedef {import("pages/console/announcements.js").Announcement} Announcement */

export class AnnouncedLayer {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    /** @type {any} Leaflet's map, Leaflet, and what this draws into */
    this.map = this.L = this.group = null;
    this.busy = () => false;
    for (const type of ["announced", "select"]) board.addEventListener(type, () => this.draw());
    addEventListener("language", () => this.draw());
    board.addEventListener("ground", (event) => this.lookAt(/** @type {CustomEvent<Announcement>} */ (event).detail));
  }

  /** @param {any} map Leaflet's @param {any} L Leaflet @param {() => boolean} busy whether a click means something else */
  attach(map, L, busy) {
    map.createPane("announced").style.zIndex = "230";
    [this.map, this.L, this.busy] = [map, L, busy];
    this.renderer = L.canvas({ pane: "announced", padding: 0.3 });
    this.group = L.layerGroup().addTo(map);
    this.draw();
  }

  draw() {
    if (!this.group) return;
    const shades = colours();
    const { chosen, announced } = this.board;
    this.group.clearLayers();
    for (const each of announced ?? []) {
      const own = chosen?.kind === "announcement" && chosen.id === each.id;
      const loud = each.phase !== "coming" && each.state !== "draft";
      this.L.geoJSON(each.area, { renderer: this.renderer, pane: "announced",
        style: { color: loud ? shades.bad : shades.brand, weight: own ? 5 : 3, dashArray: "10 7", fillColor: loud ? shades.bad : shades.brand, fillOpacity: own ? 0.25 : 0.12 } })
        .bindTooltip([wordsOf(each).title, wordsOf(each).where].filter(Boolean).join(" · "), { sticky: true })
        .on("click", () => this.busy() || this.board.choose({ kind: "announcement", id: each.id }))
        .addTo(this.group);
    }
  }

  /** @param {Announcement} each */
  lookAt(each) {
    if (!this.group) return;
    this.map.fitBounds(this.L.geoJSON(each.area).getBounds().pad(0.3), { animate: !matchMedia("(prefers-reduced-motion: reduce)").matches });
  }
}
