// Where the trouble is: an address, this phone's own position, or a pin on a map; any of them is enough. The place is
// said in words at once, and so is one that lies outside the utility's area.

import { FAR_M, addressField, outsideNote, placeAt, placeWords } from "parts/address-field.js";
import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";
import { keepTyped } from "parts/typed.js";
import { t } from "parts/words.js";
import { frame } from "pages/customer/frame.js";
import { currentPosition } from "pages/customer/position.js";
import { pass } from "pages/customer/screen.js";

/** @typedef {import("pages/customer/screen.js").MakeScreen} MakeScreen */
/** @typedef {import("pages/customer/case.js").Case} Case */
/** @typedef {import("parts/page.js").Page} Page */

/** @type {MakeScreen} */
export function where(model, page) {
  const form = placeForm(model, page);
  const back = () => pass(model, "what");
  return {
    back,
    element: frame(
      {
        step: 3, t: "customer.where.title", lead: "customer.where.lead", back,
        bottom: [
          button({ t: "common.next", kind: "primary", size: "main", action: () => form.save() }),
          button({ t: "customer.where.skip", kind: "quiet", action: () => pass(model, "place") }),
        ],
      },
      form.element,
    ),
  };
}

/**
 * The form itself, also in the waiting room. `save()` answers whether the place was stored.
 * @param {Case} model @param {Page} page
 */
export function placeForm(model, page) {
  const known = model.request?.place;
  let point = known?.lon != null && known.lat != null ? { lon: known.lon, lat: known.lat } : null;
  let source = known?.source ?? "address";
  const address = addressField({
    api: model.api,
    field: { t: "customer.where.address", name: "address", hint: "customer.where.address.hint", value: known?.address ?? "", maxlength: 200 },
    chosen: (place) => {
      if (place) void here({ lon: place.lon, lat: place.lat }, "address");
      else if (source === "address") {
        point = null;
        status.replaceChildren();
      }
    },
  });
  const forget = keepTyped(address.control, `address-${model.name}`);
  const status = h("div", { class: "stack", "aria-live": "polite" });
  const mapPlace = h("div", { class: "stack map-place", hidden: true });
  let asked = 0;

  /** Takes a place and says it in words; one far outside the area is said to be so, and not taken. @param {{lon: number, lat: number}} at @param {typeof source} from */
  const here = async (at, from) => {
    point = at;
    source = from;
    address.fault(null);
    const mine = (asked += 1);
    const about = await placeAt(model.api, at);
    if (mine !== asked) return; // another place meanwhile
    const outside = outsideNote(about);
    if (about && !about.zone && (about.outside_m ?? 0) > FAR_M) point = null;
    const words = placeWords(about);
    const said = { address: "customer.where.address_known", pin: "customer.where.pin_set", browser: "customer.where.found" }[from];
    status.replaceChildren(...[
      outside ?? note({ t: said, tone: "ok", icon: "pin" }, ...(words ? [h("p", { class: "small place-words", text: words })] : [])),
    ]);
    if (point && from !== "pin" && !mapPlace.hidden) await /** @type {import("parts/map.js").MapPart} */ (mapPlace.firstElementChild).show(point);
  };

  const locate = async () => {
    try {
      await here(await currentPosition(), "browser");
    } catch (error) {
      status.replaceChildren(note({ text: t(`customer.where.${/** @type {Error} */ (error).message}`), tone: "warn", icon: "alert" }));
    }
  };

  const openMap = async () => {
    mapPlace.hidden = !mapPlace.hidden;
    if (mapPlace.hidden || mapPlace.firstChild) return;
    const map = /** @type {import("parts/map.js").MapPart} */ (h("cs-map", { pick: true }));
    mapPlace.append(map, h("p", { class: "small muted", t: "customer.where.pin_how" }));
    const leaflet = await map.ready;
    if (!leaflet) return;
    if (point) await map.show(point, 18);
    else await map.home();
    map.addEventListener("pin", (event) => {
      void here(/** @type {CustomEvent<{lon: number, lat: number}>} */ (event).detail, "pin");
    });
    mapPlace.scrollIntoView({ block: "center" });
  };

  if (point) void here(point, source);
  const ways = h("div", { class: "ways" },
    button({ t: "customer.where.locate", icon: "locate", action: locate }),
    page.shell.map && button({ t: "customer.where.pin", icon: "map", action: openMap }));
  const element = h("div", { class: "stack" }, address, h("p", { class: "or small muted", "aria-hidden": "true" }, h("span", { t: "customer.where.or" })), ways, status, mapPlace,
    h("p", { class: "small muted" }, icon("shield"), " ", h("span", { t: "customer.where.why" })));

  return {
    element,
    async save() {
      const written = address.control.value.trim();
      if (!written && !point) {
        address.fault("customer.where.missing");
        address.control.focus();
        return false;
      }
      if (!point) {
        const meant = await address.meaning();
        if (meant?.zone) point = { lon: meant.lon, lat: meant.lat };
      }
      await model.change({ place: { address: written, lon: point?.lon ?? null, lat: point?.lat ?? null, source: point ? source : "address" } });
      forget();
      return true;
    },
  };
}
