// A request in a list of what has been, or of what was found.

import { h } from "parts/dom.js";
import { i18n, t } from "parts/words.js";
import { outcomeChip, stateChip } from "pages/desk/labels.js";

/** @param {import("pages/desk/desk.js").Desk} desk @param {import("pages/desk/views.js").RequestRow} row @param {string} [place] */
export function pastRow(desk, row, place = "") {
  return h("button", { type: "button", class: "mine-row", "aria-current": desk.work?.id === row.id ? "true" : null, on: { click: () => desk.show(row.id) } },
    h("span", { class: "row-top" }, h("b", { text: row.name || t(`common.category.${row.category}`) }), h("small", { class: "number", text: i18n.relative(row.changed_at, new Date()) })),
    place && h("span", { class: "where", text: place }),
    h("span", { class: "chips" }, row.outcome ? outcomeChip(row.outcome) : stateChip(row.state),
      h("small", { class: "where", text: [row.score && `${row.score}★`, row.owner.name].filter(Boolean).join(" · ") })));
}
