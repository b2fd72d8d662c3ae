// Who asks, for which building, and what is wrong: two taps with pictures.

import { button } from "parts/button.js";
import { art, h } from "parts/dom.js";
import { field } from "parts/field.js";
import { icon } from "parts/icon.js";
import { run } from "parts/button.js";
import { askOwnWords } from "pages/customer/ask.js";
import { frame } from "pages/customer/frame.js";
import { pass, passed } from "pages/customer/screen.js";

/** @typedef {import("pages/customer/screen.js").MakeScreen} MakeScreen */

const CATEGORIES = ["leak", "no_water", "low_pressure", "dirty_water", "meter", "other"];
const ASKERS = ["resident", "manager"];

/** @type {MakeScreen} */
export function who(model) {
  const tiles = ASKERS.map((asker) =>
    h("button", { class: "tile", type: "button", data: { shape: "row" }, on: { click: () => model.keep({ asker, building: "", equipment: "" }) } },
      art(`who-${asker}`),
      h("span", { class: "stack grow", data: {} }, h("b", { t: `customer.who.${asker}` }), h("small", { t: `customer.who.${asker}.more` })),
      icon("next")));
  return {
    element: frame({ step: 1, t: "customer.who.title", lead: "customer.who.lead" }, h("div", { class: "stack choices" }, tiles),
      h("p", { class: "muted small assurance" }, icon("shield"), h("span", { t: "customer.privacy" }))),
  };
}

/** @type {MakeScreen} */
export function building(model) {
  const name = field({ t: "customer.building.name", name: "building", hint: "customer.building.name.hint", value: model.draft.building ?? "", maxlength: 120, autocomplete: "organization" });
  const equipment = field({ t: "customer.building.equipment", name: "equipment", hint: "customer.building.equipment.hint", optional: true, value: model.draft.equipment ?? "", maxlength: 120 });
  const form = h("form", { class: "stack", novalidate: true }, name, equipment);
  const go = () => {
    const given = name.control.value.trim();
    name.fault(given ? null : "customer.building.missing");
    if (!given) return name.control.focus();
    model.keep({ building: given, equipment: equipment.control.value.trim() });
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go();
  });
  const quick = h("div", { class: "quick wrap" }, ["pump", "tank", "riser", "meter_room"].map((key) =>
    button({ t: `customer.equipment.${key}`, action: (event) => (equipment.control.value = /** @type {HTMLElement} */ (event.currentTarget).innerText) })));
  form.append(quick);
  const back = () => model.keep({ asker: "" });
  return {
    back,
    element: frame(
      {
        step: 1, t: "customer.building.title", lead: "customer.building.lead", back,
        bottom: [button({ t: "common.next", kind: "primary", size: "main", action: go })],
      },
      form,
    ),
  };
}

/** The trouble, for a new request, or corrected in an open one. @type {MakeScreen} */
export function what(model) {
  const change = model.request !== null;
  /** @param {string} category */
  const choose = async (category) => {
    if (!change) return model.start(category);
    await model.change({ category });
    pass(model, "what", false);
  };
  const back = () => {
    if (change && passed(model, "what")) pass(model, "what", false);
    else model.keep(model.draft.asker === "manager" ? { building: "" } : { asker: "" });
  };
  const tiles = CATEGORIES.map((category) => {
    const tile = h("button", { class: "tile", type: "button", data: { category } },
      art(`cat-${category}`), h("b", { t: `common.category.${category}` }), h("small", { t: `customer.what.${category}` }));
    tile.addEventListener("click", () => void run(tile, () => choose(category)));
    return tile;
  });
  return {
    back,
    element: frame({ step: 2, t: "customer.what.title", lead: "customer.what.lead", back }, change ? null : askOwnWords(model), h("div", { class: "tiles" }, tiles)),
  };
}
