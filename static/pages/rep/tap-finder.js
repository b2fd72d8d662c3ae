// Finding what is buried: its photo with the arrow, and from where the phone is an arrow on the screen and the distance. Without
// a compass the distance alone, without a position the photo and the words: each is said. Needs no network.

import { bearingTo, directionOf, headingOf, metresTo } from "lib/bearing.js";
import { distance } from "lib/time.js";
import { h } from "parts/dom.js";
import { sheet } from "parts/dialog.js";
import { icon } from "parts/icon.js";
import { i18n, t } from "parts/words.js";
import { ArrowPhoto } from "pages/rep/arrow-photo.js";

/** @typedef {import("lib/site-notes.js").SiteNote} SiteNote */

const NO_COMPASS_MS = 4000;
const HERE_M = 1.5; // nearer no phone can tell

/** @param {SiteNote} note @param {import("pages/rep/sites.js").Sites} sites @param {import("parts/page.js").Page} page */
export async function findTap(note, sites, page) {
  const gone = new AbortController();
  const { signal } = gone;
  const picture = await pictureOf(note, sites, page);
  const needle = h("div", { class: "rep-needle", "aria-hidden": "true", hidden: true }, icon("up"));
  const far = h("p", { class: "rep-tap-far number", role: "status" });
  const more = h("p", { class: "small muted" });
  /** @type {GeolocationCoordinates | null} */
  let at = null;
  /** @type {number | null} */
  let heading = null;
  let compass = false;
  let waited = false;
  const { spot_lon: lon, spot_lat: lat } = note;
  const show = () => {
    if (lon === null || lat === null) return;
    if (!at) return;
    const here = { lon: at.longitude, lat: at.latitude };
    const metres = metresTo(here, { lon, lat });
    const to = bearingTo(here, { lon, lat });
    needle.hidden = heading === null || metres <= HERE_M;
    if (metres <= HERE_M) far.textContent = t("rep.tap.found");
    else if (heading === null) far.textContent = t("rep.tap.away.only", { distance: near(metres) });
    else {
      needle.style.setProperty("--turn", `${Math.round(to - heading)}deg`);
      far.textContent = t("rep.tap.away", { distance: near(metres), direction: t(`rep.tap.direction.${directionOf(to, heading)}`) });
    }
    more.textContent = [t("rep.tap.accuracy", { metres: i18n.number(Math.round(at.accuracy)) }), waited && !compass && t("rep.tap.no_compass")].filter(Boolean).join(" · ");
  };
  const turned = (/** @type {Event} */ event) => {
    const now = headingOf(/** @type {any} */ (event), screen.orientation?.angle ?? 0);
    if (now === null) return;
    [heading, compass] = [now, true];
    show();
  };
  if (lon !== null && lat !== null) {
    await askForCompass();
    for (const type of ["deviceorientationabsolute", "deviceorientation"]) addEventListener(type, turned, { signal });
    setTimeout(() => {
      waited = true;
      show();
    }, NO_COMPASS_MS);
    const watch = navigator.geolocation?.watchPosition(({ coords }) => {
      at = coords;
      show();
    }, () => {
      if (!at) far.textContent = t("rep.tap.no_place");
    }, { enableHighAccuracy: true, maximumAge: 1000 });
    signal.addEventListener("abort", () => watch !== undefined && navigator.geolocation.clearWatch(watch));
  }
  await sheet({ t: `rep.site.kind.${note.kind}`, body: [
    ...(note.text ? [h("p", { class: "rep-site-text", text: note.text })] : []),
    ...(lon === null ? [] : [h("div", { class: "rep-finder" }, needle, far, more)]),
    ...(picture ? [picture.element] : []),
  ], actions: [] });
  gone.abort();
  picture?.leave();
}

/** To the tenth of a metre where that says something. @param {number} metres */
function near(metres) {
  if (metres >= 100) return distance(i18n, metres);
  return i18n.number(metres, { style: "unit", unit: "meter", maximumFractionDigits: metres < 10 ? 1 : 0 });
}

/** iOS asks the person first, and only on a tap. */
async function askForCompass() {
  const kind = /** @type {any} */ (globalThis.DeviceOrientationEvent);
  if (typeof kind?.requestPermission === "function") await kind.requestPermission().catch(() => "denied");
}

/** The house's picture; one that has not gone up yet is still on this phone. @param {SiteNote} note @param {import("pages/rep/sites.js").Sites} sites @param {import("parts/page.js").Page} page */
async function pictureOf(note, sites, page) {
  if (note.photo) {
    const photo = await sites.work.store.get("photos", note.photo);
    return photo ? new ArrowPhoto(URL.createObjectURL(photo.blob), note.arrow, false) : null;
  }
  return note.photo_url ? new ArrowPhoto(page.api.picture(note.photo_url), note.arrow, false) : null;
}
