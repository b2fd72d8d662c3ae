// One of my own requests: in a call, to be written up, invited, or on its way to a representative.

import { h } from "parts/dom.js";
import { i18n, t } from "parts/words.js";
import { stateChip } from "pages/desk/labels.js";

/** @param {import("pages/desk/desk.js").Desk} desk @param {import("pages/desk/views.js").RequestRow} row */
export function mineRow(desk, row) {
  const name = row.name || t(`common.category.${row.category}`);
  return h(
    "button", {
      type: "button", class: "mine-row", "aria-current": desk.work?.id === row.id ? "true" : null,
      data: { id: `mine-${row.id}`, state: row.state }, on: { click: () => desk.show(row.id) },
    },
    h("span", { class: "row-top" }, h("b", { text: name }), h("small", { class: "number", text: i18n.time(row.changed_at) })),
    h("span", { class: "chips" }, stateChip(row.state), h("small", { class: "where", text: row.address })),
  );
}
