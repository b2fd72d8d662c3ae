// Zones out of the pipe network, the stored one or an EPANET file: how they are told there is chosen, what comes of it
// goes the road of any file of zones, with the difference from today's. Nothing is stored before that road's end.

import { ApiError } from "lib/api.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { field } from "parts/field.js";
import { i18n } from "parts/words.js";
import { faults, warned } from "pages/console/import-report.js";
import { ZoneRoad } from "pages/console/zone-road.js";

/** @typedef {{zones: object, count: number, junctions: number, left: number, warnings: import("pages/console/import-report.js").Told[]}} Derived */

const WAYS = /** @type {const} */ (["cuts", "tags", "patterns", "link_tags"]);

/** @param {import("pages/console/board.js").Board} board @param {import("parts/page.js").Page} page @param {HTMLElement} place where the road begins @param {File} [file] an `.inp`; none: the stored network */
export function deriving(board, page, place, file) {
  const told = h("div", { class: "stack", role: "status" });
  const by = h("select", { class: "input", name: "by", on: { change: () => shown() } },
    WAYS.map((way) => h("option", { value: way, t: `console.derive.by.${way}` })));
  const meters = field({ t: "console.derive.meters", hint: "console.derive.meters.hint", name: "meters", optional: true });
  const crs = field({ t: "console.network.crs", hint: "console.network.crs.hint", name: "crs", placeholder: "console.network.crs.example" });
  const go = button({ t: "console.derive.go", kind: "primary", icon: "zone", action: () => derive() });
  const shown = () => (meters.hidden = by.value !== "cuts");
  crs.hidden = !file;
  shown();

  async function derive() {
    told.replaceChildren(h("p", { t: "console.import.checking" }));
    const asked = { by: by.value, meters: by.value === "cuts" ? meters.control.value.trim() : "", crs: file ? crs.control.value.trim() : "" };
    const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value));
    try {
      const found = /** @type {Derived} */ (await (file
        ? page.api.upload(`/api/network/zones/of-file?${query}`, { file, name: file.name })
        : page.api.get(`/api/network/zones?${query}`)));
      const name = `${file?.name.replace(/\.inp$/i, "") ?? "network"}.geojson`;
      const road = h("div", { class: "stack" });
      told.replaceChildren(
        note({ t: "console.derive.told", params: { count: i18n.number(found.count), junctions: i18n.number(found.junctions) }, icon: "check", tone: "ok" }),
        ...warned(found.warnings), road);
      await new ZoneRoad(board, page, new File([JSON.stringify(found.zones)], name, { type: "application/geo+json" }), road).begin();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      told.replaceChildren(...faults(error, () => {}));
    }
  }

  place.replaceChildren(
    ...(file ? [] : [h("p", { class: "muted", t: "console.derive.lead" })]),
    field({ t: "console.derive.by", name: "by", input: /** @type {any} */ (by) }), meters, crs, go, told);
}

/** The stored network's own road, folded away until it is wanted. @param {import("pages/console/board.js").Board} board @param {import("parts/page.js").Page} page */
export function fromNetwork(board, page) {
  const body = h("div", { class: "stack" });
  return h("details", { class: "console-fold", on: { toggle: (event) => /** @type {HTMLDetailsElement} */ (event.currentTarget).open && !body.childElementCount && deriving(board, page, body) } },
    h("summary", null, h("span", { t: "console.derive" })), body);
}
