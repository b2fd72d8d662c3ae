// Where a task is: a pin on the map, or coordinates typed in. It is placed by itself as soon as that is known.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { field } from "parts/field.js";
import "parts/map.js";
import { t } from "parts/words.js";

/** @param {import("pages/console/types.js").Task} task @param {import("pages/console/board.js").Board} board */
export function placeForm(task, board) {
  const address = field({ t: "console.place.address", name: "address", value: task.address, maxlength: 300 });
  const point = field({ t: "console.place.point", name: "point", hint: "console.place.point.hint", inputmode: "decimal",
    value: task.lat === null ? "" : `${task.lat}, ${task.lon}` });
  const map = /** @type {import("parts/map.js").MapPart} */ (h("cs-map", { pick: true, class: "console-pick" }));
  let touched = false;
  map.addEventListener("pointerdown", () => {
    touched = true;
  });
  map.addEventListener("pin", (event) => {
    if (!touched) return; // the map's own first move is nobody's choice
    const { lon, lat } = /** @type {CustomEvent} */ (event).detail;
    point.control.value = `${lat}, ${lon}`;
  });
  if (task.lat !== null && task.lon !== null) void map.show({ lon: task.lon, lat: task.lat }, 15);
  else void map.home();
  return h("form", { class: "stack", on: { submit: (event) => event.preventDefault() } },
    h("p", { class: "muted", t: "console.place.lead" }), map, address, point,
    button({ t: "console.place.save", icon: "pin", kind: "primary", action: async () => {
      const place = read(point.control.value);
      point.fault(place ? null : t("console.place.point.wrong"));
      if (!place) return;
      await board.page.api.patch(`/api/tasks/${task.id}`, { version: task.version, place: { ...place, address: address.control.value.trim() } });
      board.soon(["tasks", "reps", "zones"]);
    } }));
}

/** Latitude first, as people read it off a map. @param {string} words */
export function read(words) {
  const [lat, lon] = words.split(/[\s,;，；]+/).filter(Boolean).map(Number);
  if (lat === undefined || lon === undefined || !Number.isFinite(lat) || !Number.isFinite(lon)) return null;
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lon, lat } : null;
}
