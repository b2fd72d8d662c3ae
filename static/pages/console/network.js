// The pipe network on the console: a switch on the map, a click on a pipe, and beside it what closes that pipe. Several
// places are reckoned together. Where nothing is chosen it says which version of the network this is, takes a new one
// in, and takes the newest back.

import { ApiError } from "lib/api.js";
import { h } from "parts/dom.js";
import { attempt, button } from "parts/button.js";
import { note } from "parts/chip.js";
import { ask } from "parts/dialog.js";
import { failed, nothing } from "parts/empty.js";
import { redraw } from "parts/redraw.js";
import { i18n } from "parts/words.js";
import { importNetwork } from "pages/console/network-import.js";
import { draftAnnouncement } from "pages/console/announcement-form.js";
import { NEAR, PipesLayer } from "pages/console/pipes.js";
import { shutOff } from "pages/console/shut-off.js";

/** @typedef {import("lib/valves.js").Closure} Closure */
/** @typedef {{version: number, valid_from: string, counts: Record<string, number>, stuck: number, closed: number, can_withdraw: boolean}} Version */

const REACH_PX = 14; // how near to a pipe a click has to be

export class Network {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    this.api = board.page.api;
    /** @type {PipesLayer | null} */
    this.layer = null;
    /** @type {{lon: number, lat: number, within_m: number}[]} what is to be shut off */
    this.places = [];
    this.adding = false;
    /** @type {Closure | null} */
    this.closure = null;
    /** @type {Version | null} */
    this.version = null;
    /** @type {unknown} */
    this.trouble = null;
    this.toggle = button({ t: "console.network", icon: "drop", class: "button console-pipes-switch", pressed: false, action: () => this.switch(!this.on) });
    this.panel = h("section", { class: "console-network card stack", label: "console.network", hidden: true });
    this.element = h("div", { class: "console-network-place" }, this.toggle, this.panel);
    board.page.live.subscribe("network:all", (hint) => hint && this.on && void this.again());
    addEventListener("language", () => this.on && this.draw());
  }

  get on() {
    return this.layer?.on ?? false;
  }

  /** @param {any} map Leaflet's @param {any} L Leaflet */
  attach(map, L) {
    this.layer = new PipesLayer(map, L, this.api, () => this.on && this.draw());
    map.on("click", (/** @type {any} */ { latlng }) => this.on && void this.pick(latlng.wrap()));
  }

  /** @param {boolean} on */
  async switch(on) {
    if (!this.layer) return;
    this.toggle.setAttribute("aria-pressed", String(on));
    this.panel.hidden = !on;
    this.clear();
    await this.layer.show(on);
    if (on && this.layer.map.getZoom() < NEAR) this.layer.map.setZoom(NEAR);
    if (on) await this.again();
  }

  clear() {
    this.places = [];
    this.closure = this.trouble = null;
    this.adding = false;
    this.layer?.mark(null);
  }

  /** The version, and what was asked for, as they are now. */
  async again() {
    this.version = await this.api.get("/api/network").catch((/** @type {unknown} */ error) => {
      if (error instanceof ApiError && error.code === "no_network") return null;
      this.trouble = error;
      return this.version;
    });
    await this.layer?.read(true);
    await this.trace();
  }

  /** @param {{lat: number, lng: number}} at */
  async pick({ lat, lng }) {
    const { map } = /** @type {PipesLayer} */ (this.layer);
    const point = map.latLngToContainerPoint([lat, lng]);
    const beside = map.containerPointToLatLng([point.x + REACH_PX, point.y]);
    const place = { lon: lng, lat, within_m: Math.min(1000, Math.max(1, map.distance([lat, lng], beside))) };
    this.places = this.adding ? [...this.places, place].slice(-20) : [place];
    this.adding = false;
    await this.trace();
  }

  async trace() {
    this.trouble = this.closure = null;
    if (this.places.length) {
      try {
        this.closure = await this.api.post("/api/network/traces", { places: this.places }, { tries: 2 });
      } catch (error) {
        this.trouble = error;
      }
    }
    this.layer?.mark(this.closure);
    this.draw();
  }

  /** @param {string} valve @param {"working" | "stuck" | "closed"} state */
  async found(valve, state) {
    await this.api.post("/api/network/valve-findings", { valve, state });
    await this.again();
  }

  draw() {
    redraw(this.panel, () => this.panel.replaceChildren(...(this.places.length ? this.answer() : this.about())));
  }

  /** @returns {Node[]} */
  answer() {
    const { closure, trouble } = this;
    const tools = h("div", { class: "cluster" },
      button({ t: "console.valves.add", icon: "plus", pressed: this.adding, disabled: !closure, "data-id": "add", action: () => {
        this.adding = !this.adding;
        this.draw();
      } }),
      button({ t: "console.valves.clear", icon: "close", "data-id": "clear", action: () => {
        this.clear();
        this.draw();
      } }));
    if (trouble instanceof ApiError && trouble.code === "no_pipe_here") return [h("p", { t: "console.valves.no_pipe" }), tools];
    if (trouble || !closure) return [failed(trouble, () => this.trace()), tools];
    return [
      h("h3", { t: "console.valves.title", params: { pipes: i18n.list(closure.asked) } }),
      ...(this.adding ? [h("p", { class: "muted", t: "console.valves.adding" })] : []),
      shutOff(closure, (valve, state) => this.found(valve, state)),
      button({ t: "console.announce.draft", icon: "drop", "data-id": "announce", action: () => draftAnnouncement(this.board, { kind: "burst", cause: "burst_main", area: { trace: { places: this.places } } }) }), tools,
    ];
  }

  /** @returns {Node[]} */
  about() {
    const { version } = this;
    const take = button({ t: "console.network.import", icon: "upload", action: (event) => attempt(event.currentTarget, () => importNetwork(this.board.page, () => this.again())) });
    if (this.trouble) return [failed(this.trouble, () => this.again())];
    if (!version) return [nothing({ t: "console.network.none", more: "console.network.none.more", icon: "drop" }), take];
    const { counts } = version;
    const number = (/** @type {string} */ name) => i18n.number(counts[name] ?? 0);
    return [
      h("h3", { t: "console.network" }),
      this.layer?.far ? note({ t: "console.network.closer", icon: "search", tone: "warn" }) : h("p", { t: "console.network.click" }),
      h("p", { class: "small muted", t: "console.network.version", params: { version: version.version, from: i18n.date(version.valid_from) } }),
      h("p", { class: "small muted", t: "console.network.counts", params: { pipes: number("pipes"), valves: number("valves"), connections: number("connections") } }),
      ...(version.stuck + version.closed ? [h("p", { class: "small muted", t: "console.network.found", params: { stuck: version.stuck, closed: version.closed } })] : []),
      h("div", { class: "cluster" }, take,
        version.can_withdraw && button({ t: "console.network.withdraw", icon: "undo", kind: "quiet", action: (event) => attempt(event.currentTarget, () => this.withdraw(version.version)) })),
    ];
  }

  /** @param {number} version */
  async withdraw(version) {
    const sure = await ask({ t: "console.network.withdraw.sure", text: "console.network.withdraw.text",
      actions: [{ value: "", t: "common.cancel", kind: "primary" }, { value: "yes", t: "console.network.withdraw", kind: "danger" }] });
    if (sure !== "yes") return;
    await this.api.post("/api/network/withdrawal", { version });
    await this.again();
  }
}
