// Where the trouble is: an address, this phone's own position, or a pin on a map; any of them is enough.

import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { h } from "parts/dom.js";
import { field } from "parts/field.js";
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
  return {
    element: frame(
      {
        step: 3, t: "customer.where.title", lead: "customer.where.lead", back: () => pass(model, "what"),
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
  const address = field({
    t: "customer.where.address", name: "address", hint: "customer.where.address.hint", type: "textarea", rows: 2, value: known?.address ?? "",
    maxlength: 200, autocomplete: "street-address",
  });
  const forget = keepTyped(address.control, `address-${model.id}`);
  const status = h("div", { "aria-live": "polite" });
  const mapPlace = h("div", { class: "stack map-place", hidden: true });

  const says = () => {
    status.replaceChildren(...(point ? [note({ t: source === "pin" ? "customer.where.pin_set" : "customer.where.found", tone: "ok", icon: "pin" })] : []));
  };

  const locate = async () => {
    try {
      point = await currentPosition();
      source = "browser";
      address.fault(null);
      says();
      if (!mapPlace.hidden) await /** @type {import("parts/map.js").MapPart} */ (mapPlace.firstElementChild).show(point);
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
      point = /** @type {CustomEvent<{lon: number, lat: number}>} */ (event).detail;
      source = "pin";
      address.fault(null);
      says();
    });
    mapPlace.scrollIntoView({ block: "center" });
  };

  says();
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
      await model.change({ place: { address: written, lon: point?.lon ?? null, lat: point?.lat ?? null, source: point ? source : "address" } });
      forget();
      return true;
    },
  };
}
