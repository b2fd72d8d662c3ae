// Where a task is: a pin on the map, or coordinates typed in. It is placed by itself as soon as that is known.

import { addressField } from "parts/address-field.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { field } from "parts/field.js";
import "parts/map.js";
import { colours } from "pages/console/colours.js";
import { moving } from "pages/console/moving.js";
import { name } from "pages/console/words.js";

/** @typedef {{lat: number | null, lon: number | null}} Point */

/** @param {Pick<import("pages/console/types.js").Task, "id" | "version" | "address" | "lat" | "lon">} task @param {import("pages/console/board.js").Board} board */
export function placeForm(task, board) {
  const point = pointField(task);
  const address = taskAddress(board, point.control, task.address);
  return h("form", { class: "stack", on: { submit: (event) => event.preventDefault() } },
    h("p", { class: "small muted", t: "console.place.lead" }), address, pinMap(task, point.control, board), point,
    button({ t: "console.place.save", icon: "pin", kind: "primary", action: async () => {
      const written = address.control.value.trim();
      const typed = point.control.value.trim();
      const place = typed ? read(typed) : {}; // an address alone is looked up
      point.fault(place && (typed || written) ? null : "console.place.point.wrong");
      if (!place || !(typed || written)) return point.control.focus();
      const { page } = board;
      await moving(board, task.id, async () => {
        const now = await page.api.patch(`/api/tasks/${task.id}`, { version: task.version, place: { ...place, address: written } });
        page.toast.show(now.rep ? { t: "console.place.saved", params: { name: name(now.rep) } } : { t: "console.place.kept" });
      });
    } }));
}

/** A task's address; the place that is chosen for it goes into `point`. @param {import("pages/console/board.js").Board} board @param {HTMLInputElement} point @param {string} [value] */
export function taskAddress(board, point, value = "") {
  return addressField({
    api: board.page.api,
    field: { t: "console.place.address", name: "address", value, maxlength: 300 },
    chosen: (place) => {
      point.value = place ? `${place.lat}, ${place.lon}` : "";
      point.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });
}

/** @param {Point} at @param {boolean} [optional] */
export function pointField(at, optional = false) {
  return field({ t: "console.place.point", name: "point", hint: "console.place.point.hint", optional, value: at.lat === null ? "" : `${at.lat}, ${at.lon}` });
}

/** A map whose pin writes into `control`, once a person has moved it. @param {Point} at @param {HTMLInputElement} control @param {import("pages/console/board.js").Board} board */
export function pinMap(at, control, board) {
  const map = /** @type {import("parts/map.js").MapPart} */ (h("cs-map", { pick: true, class: "console-pick" }));
  let touched = false;
  for (const type of ["pointerdown", "keydown", "wheel"]) {
    map.addEventListener(type, () => {
      touched = true;
    }, { passive: true });
  }
  map.addEventListener("pin", (event) => {
    if (!touched) return; // the map's own first move is nobody's choice
    const { lon, lat } = /** @type {CustomEvent} */ (event).detail;
    control.value = `${lat}, ${lon}`;
    control.dispatchEvent(new Event("input", { bubbles: true }));
  });
  control.addEventListener("input", () => {
    const place = map.contains(document.activeElement) ? null : read(control.value);
    if (place) void map.show(place, 17); // chosen by its address, or typed
  });
  void map.ready.then((leaflet) => {
    const outlines = [...board.zones.values()].filter(({ geometry }) => geometry);
    if (!leaflet || !outlines.length) return;
    const zones = map.leaflet.geoJSON(outlines, { interactive: false, style: { color: colours().covered, weight: 1.5, fillOpacity: 0.05 } }).addTo(leaflet);
    if (at.lat === null) leaflet.fitBounds(zones.getBounds(), { padding: [8, 8], animate: false });
  });
  if (at.lat !== null && at.lon !== null) void map.show({ lon: at.lon, lat: at.lat }, 14);
  return map;
}

/** Latitude first, as people read it off a map. @param {string} words */
export function read(words) {
  const [lat, lon, ...more] = words.split(/[\s,;，；]+/).filter(Boolean).map(Number);
  if (lat === undefined || lon === undefined || more.length || !Number.isFinite(lat) || !Number.isFinite(lon)) return null;
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lon, lat } : null;
}
