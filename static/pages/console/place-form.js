// Where a task is: a pin on the map, or coordinates typed in. It is placed by itself as soon as that is known.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { field } from "parts/field.js";
import "parts/map.js";
import { colours } from "pages/console/colours.js";
import { moving } from "pages/console/moving.js";
import { name } from "pages/console/words.js";

/** @typedef {{lat: number | null, lon: number | null}} Point */

/** @param {import("pages/console/types.js").Task} task @param {import("pages/console/board.js").Board} board */
export function placeForm(task, board) {
  const address = field({ t: "console.place.address", name: "address", value: task.address, maxlength: 300 });
  const point = pointField(task);
  return h("form", { class: "stack", on: { submit: (event) => event.preventDefault() } },
    h("p", { class: "small muted", t: "console.place.lead" }), pinMap(task, point.control, board), point, address,
    button({ t: "console.place.save", icon: "pin", kind: "primary", action: async () => {
      const place = read(point.control.value);
      point.fault(place ? null : "console.place.point.wrong");
      if (!place) return point.control.focus();
      const { page } = board;
      await moving(board, task.id, async () => {
        const now = await page.api.patch(`/api/tasks/${task.id}`, { version: task.version, place: { ...place, address: address.control.value.trim() } });
        page.toast.show(now.rep ? { t: "console.place.saved", params: { name: name(now.rep) } } : { t: "console.place.kept" });
      });
    } }));
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
