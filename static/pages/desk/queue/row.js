// Someone who waits: for how long, since what, where, in which language, how urgent; and the way to take them.

import { button } from "parts/button.js";
import { chip } from "parts/chip.js";
import { h } from "parts/dom.js";
import { t } from "parts/words.js";
import { categoryChip, languageChip, urgencyChip } from "pages/desk/labels.js";
import { ticking } from "pages/desk/ticker.js";

/** Ten minutes is what the utility promises at most. */
const LONG_S = 600;

/** @param {import("pages/desk/desk.js").Desk} desk @param {import("pages/desk/views.js").QueueRow} row */
export function queueRow(desk, row) {
  const id = row.request_id;
  const next = desk.queue?.next === id;
  const open = desk.work?.id === id;
  const name = row.name || t("desk.unnamed", { place: row.place });
  const look = h(
    "button", { type: "button", class: "look", data: { id: `look-${id}` }, "aria-current": open ? "true" : null, title: "desk.queue.look", on: { click: () => desk.show(id) } },
    h("span", { class: "row-top" }, h("b", { text: name }), ticking(desk.readAt - row.waited_s * 1000, { class: row.waited_s > LONG_S ? "wait long" : "wait" })),
    row.address && h("span", { class: "where", text: row.address }),
  );
  return h(
    "article", { class: "queue-row", data: { request: id, next, open, priority: row.priority, away: row.away } },
    look,
    h("div", { class: "chips" },
      urgencyChip(row.priority), categoryChip(row.category), languageChip(row.language),
      row.invited_by_me && chip({ t: "desk.queue.invited", icon: "link", tone: "brand" }),
      row.stills > 0 && chip({ t: "desk.queue.stills", params: { count: row.stills }, icon: "photo" }),
      row.away && chip({ t: "desk.queue.away", icon: "offline", tone: "warn" }),
      !row.suits && chip({ t: "desk.queue.unsuited", icon: "info" })),
    desk.technician && button({
      t: "desk.accept", kind: next && !desk.busy && !desk.work /* what is open has the main action */ ? "primary" : undefined, key: next ? "A" : undefined, data: {}, "data-id": `accept-${id}`,
      ariaLabel: t("desk.accept.who", { name }), "aria-disabled": desk.busy ? "true" : null, ...(desk.busy && { title: "desk.accept.busy" }),
      action: () => desk.accept(id),
    }),
  );
}
