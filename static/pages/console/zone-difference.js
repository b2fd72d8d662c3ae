// What is new, gone, and moved, on the map and in tables; what hangs on zones that go.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { i18n, t } from "parts/words.js";
import { differenceMap } from "pages/console/zone-map.js";
import { name } from "pages/console/words.js";

const SHOWN = 200;

/** @param {import("pages/console/board.js").Board} board @param {import("pages/console/import-report.js").Report} report @returns {HTMLElement[]} */
export function difference(board, { added, moved, going, drawings }) {
  if (!Object.keys(drawings).length) return [];
  const map = differenceMap(board, drawings);
  const place = (/** @type {string} */ code) => h("td", null, drawings[code] && button({ icon: "map", size: "icon", kind: "quiet", ariaLabel: t("console.road.show_zone", { code }), action: () => map.show(code) }));
  const area = (/** @type {number} */ m2, /** @type {string} */ sign) => h("td", { class: "number", text: m2 ? `${sign}${i18n.number(m2)}` : "0" });
  return [
    map.element,
    h("p", { class: "small muted", t: "console.road.map_legend" }),
    ...table("console.road.moved", ["console.road.zone", "console.road.gained", "console.road.lost", "console.road.place"],
      moved.map(({ code, gained_m2: gained, lost_m2: lost }) => h("tr", null, h("th", { scope: "row", text: code }), area(gained, "+"), area(lost, "−"), place(code)))),
    ...table("console.road.going", ["console.road.zone", "console.fact.owner", "console.tasks", "console.road.meters", "console.road.place"],
      going.map(({ code, name: called, owner, meters, open_tasks: tasks }) => h("tr", null, h("th", { scope: "row", text: `${code} ${called}` }),
        h("td", { text: owner ? person(board, owner) : "–" }), h("td", { class: "number", text: i18n.number(tasks) }),
        h("td", { text: meters.length ? i18n.list(meters) : "–" }), place(code)))),
    ...table("console.road.new", ["console.road.zone", "console.road.place"],
      added.map((code) => h("tr", null, h("th", { scope: "row", text: code }), place(code)))),
  ];
}

/** @param {import("pages/console/board.js").Board} board @param {string} code */
function person(board, code) {
  const known = board.people.get(code);
  return known ? name(known) : code;
}

/** @param {string} title @param {string[]} heads @param {HTMLElement[]} rows */
function table(title, heads, rows) {
  if (!rows.length) return [];
  return [h("details", { class: "console-fold", open: rows.length <= 12 },
    h("summary", null, h("span", { t: title, params: { count: rows.length } })),
    h("div", { class: "console-table-place", tabindex: 0, role: "group", label: "console.import.list" }, h("table", { class: "console-small-table" },
      h("thead", null, h("tr", null, heads.map((head) => h("th", { scope: "col", t: head })))),
      h("tbody", null, rows.slice(0, SHOWN)))),
    rows.length > SHOWN && h("p", { class: "muted small", t: "console.road.more", params: { count: rows.length - SHOWN } }))];
}
