// Where a task is: its address, its zone, what it is next to, and a small map. Words and streets that were seen once are
// there without a network.

import { placeAt, placeWords } from "parts/address-field.js";
import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";
import "parts/map.js";
import { i18n, t } from "parts/words.js";
import { navigate } from "pages/rep/navigate.js";

/** @typedef {import("pages/rep/overlay.js").Task} Task */
/** @typedef {import("parts/address-field.js").PlaceAt} PlaceAt */
/** @typedef {import("parts/map.js").MapPart} MapPart */

/** Facts of places are kept under this; they go with the person. */
export const PLACES = "place:";
const ZOOM = 16; // the next corners are on it

export class TaskPlace {
  /** @param {import("pages/rep/work.js").Work} work @param {import("parts/page.js").Page} page */
  constructor(work, page) {
    this.work = work;
    this.page = page;
    this.shown = this.address = "";
    this.words = h("p", { class: "small muted place-words", hidden: true });
    this.head = h("div", { class: "stack" });
    this.spot = h("div", { hidden: true });
    this.way = h("div");
    this.element = h("section", { class: "card stack rep-place" }, this.head, this.words, this.spot, this.way);
    /** @type {PlaceAt | null} */
    this.at = null;
  }

  /** @param {Task} task */
  show(task) {
    const { zone } = task;
    this.address = task.address;
    this.head.replaceChildren(
      h("h3", { class: "cluster" }, icon("pin"), h("span", { text: task.address || t("rep.no_address") })),
      ...(zone ? [h("p", { class: "muted", text: `${zoneName(zone)} · ${zone.code}` })] : []));
    this.say();
    const key = `${task.id} ${task.lon} ${task.lat}`;
    const map = /** @type {MapPart | null} */ (this.spot.firstElementChild);
    if (key === this.shown && !map?.gone) return;
    if (key !== this.shown) {
      this.at = null;
      this.say();
      this.way.replaceChildren(...(task.lat !== null ? [button({ t: "rep.navigate", icon: "navigate", action: () => navigate(task, this.page) })] : []));
      void this.look(task);
    }
    this.shown = key;
    const shows = task.lat !== null && task.lon !== null && this.page.shell.base_map; // a dot without streets says nothing
    this.spot.hidden = !shows;
    if (task.lat === null || task.lon === null || !shows) return this.spot.replaceChildren();
    void this.draw({ lon: task.lon, lat: task.lat });
  }

  /** What the place is next to; from this phone where the server cannot be asked. @param {Task} task */
  async look({ id, lon, lat }) {
    if (lon === null || lat === null) return;
    const fact = `${PLACES}${id}`;
    const kept = await this.work.store.get("facts", fact);
    const known = kept?.lon === lon && kept.lat === lat ? kept.at : null;
    const at = known ?? (await placeAt(this.page.api, { lon, lat }));
    if (!this.shown.startsWith(id)) return; // another task meanwhile
    this.at = at;
    this.say();
    if (at && !known) await this.work.store.put("facts", { lon, lat, at }, fact).catch(() => {}); // without room: asked again
  }

  say() {
    const { at } = this; // zone and address stand above already
    const words = at ? placeWords({ ...at, zone: null, label: at.label && this.address.includes(at.label) ? null : at.label }) : "";
    this.words.textContent = words;
    this.words.hidden = !words;
  }

  /** A map to look at: it is not moved, so that a finger on it scrolls the page. @param {{lon: number, lat: number}} place */
  async draw(place) {
    const part = /** @type {MapPart} */ (h("cs-map", { class: "rep-spot" }));
    this.spot.replaceChildren(part);
    const map = await part.ready;
    if (part.gone) return;
    if (!map) return void (this.spot.hidden = true);
    for (const way of ["dragging", "touchZoom", "scrollWheelZoom", "doubleClickZoom", "keyboard"]) map[way]?.disable();
    const brand = getComputedStyle(this.element).getPropertyValue("--brand").trim();
    map.setView([place.lat, place.lon], ZOOM, { animate: false });
    part.leaflet.circleMarker([place.lat, place.lon], { radius: 9, color: brand, weight: 4, fillOpacity: 0.3, interactive: false }).addTo(map);
  }
}

/** A zone by its name in the reader's language. @param {NonNullable<Task["zone"]>} zone */
export function zoneName(zone) {
  if (i18n.language === "en") return zone.name_en || zone.name;
  return i18n.language === "zh-Hant" ? zone.name_zh_hant || zone.name : zone.name;
}
