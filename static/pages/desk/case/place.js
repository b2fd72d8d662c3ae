// Where it is: a small map with one pin, or the words alone where there is no point or no map.

import { outsideNote, placeAt, placeWords } from "parts/address-field.js";
import { h } from "parts/dom.js";
import { t } from "parts/words.js";

/** @param {import("pages/desk/work-place.js").Bench} bench */
export function placeMap({ work, desk }) {
  const words = h("p", { class: "small" });
  const box = h("div");
  const about = h("div", { class: "stack tight" });
  const element = h("div", { class: "stack tight" }, words, about, box);
  let at = "";

  const draw = () => {
    const place = work.request?.place;
    words.textContent = place?.address || (place ? t("desk.place.point") : t("desk.place.unknown"));
    const { lon = null, lat = null } = place ?? {};
    const now = lon === null ? "" : `${lon} ${lat}`;
    // A map in a closed tab has no size: it is made when its tab is seen.
    if (now === at || !element.checkVisibility()) return;
    at = now;
    box.replaceChildren();
    about.replaceChildren();
    if (lon === null || lat === null) return;
    void placeAt(desk.page.api, { lon, lat }).then((place) => {
      if (at !== now) return;
      about.replaceChildren(...[outsideNote(place), h("p", { class: "small muted place-words", text: placeWords(place) })].filter((part) => part !== null));
    });
    const map = /** @type {import("parts/map.js").MapPart} */ (h("cs-map", { class: "place-map" }));
    box.append(map);
    void map.ready.then((leaflet) => {
      if (!leaflet) return box.replaceChildren(h("p", { class: "small muted number", text: `${lat}, ${lon}` }));
      map.leaflet.circleMarker([lat, lon], { radius: 9, weight: 3, color: "#fff", fillColor: "#b3261e", fillOpacity: 1 }).addTo(leaflet);
      return map.show({ lon, lat }, 16);
    });
  };
  return { element, draw };
}
