// The left column: own unfinished requests first, then who waits (next customer on top), then what is done.

import { h } from "parts/dom.js";
import { failed, nothing, skeleton } from "parts/empty.js";
import { redraw } from "parts/redraw.js";
import { note } from "parts/chip.js";
import { history } from "pages/desk/queue/history.js";
import { unseen } from "pages/desk/queue/fresh.js";
import { mineRow } from "pages/desk/queue/mine.js";
import { queueRow } from "pages/desk/queue/row.js";
import { search } from "pages/desk/queue/search.js";
import { AT_WORK } from "pages/desk/desk.js";

/** @typedef {import("pages/desk/desk.js").Desk} Desk */

/** @param {Desk} desk @param {import("pages/desk/keys.js").Keys} keys */
export function queueColumn(desk, keys) {
  const mine = h("ul", { class: "queue-list" });
  const mineBox = h("section", { class: "mine", hidden: true, "aria-labelledby": "mine-title" }, h("h2", { id: "mine-title", t: "desk.mine" }), mine);
  const count = h("span", { class: "count number" });
  const waiting = h("div", { class: "waiting" }, skeleton(4));
  const past = history(desk);
  const title = h("h2", { id: "queue-title", tabindex: -1 }, h("span", { t: "desk.queue" }), count);
  const lists = h("div", { class: "lists" }, mineBox, h("section", { "aria-labelledby": "queue-title" }, title, waiting), past);
  const find = search(desk, keys, (on) => (lists.hidden = !on));
  const column = h("aside", { class: "queue", label: "desk.queue" }, find.element, find.found, lists);
  column.append(unseen(desk, column)); // last, so that its coming moves nothing under a finger

  const drawMine = () => {
    const rows = desk.mine.filter((row) => AT_WORK.has(row.state) || (row.state === "guiding" && row.owner.id === desk.me.id) || row.state === "visit");
    rows.sort((a, b) => Number(AT_WORK.has(b.state)) - Number(AT_WORK.has(a.state)));
    mineBox.hidden = rows.length === 0;
    redraw(mine, () => mine.replaceChildren(...rows.slice(0, 8).map((row) => h("li", null, mineRow(desk, row)))));
  };

  const drawQueue = () => {
    const { queue, fault } = desk;
    count.textContent = queue ? String(queue.rows.length) : "";
    /** @param {...(Node | null)} parts */
    const fill = (...parts) => redraw(waiting, () => waiting.replaceChildren(...parts.filter((part) => part !== null)));
    if (!queue) return fill(fault ? failed(fault, () => desk.refresh()) : skeleton(4));
    const stale = fault ? note({ t: "desk.queue.stale", tone: "warn", icon: "offline" }) : null;
    if (!queue.rows.length) return fill(stale, nothing({ t: "desk.queue.empty", more: "desk.queue.empty.more", icon: "queue" }));
    const rows = queue.rows.map((row) => h("li", null, queueRow(desk, row)));
    return fill(stale, h("ol", { class: "queue-list" }, rows));
  };

  for (const type of ["mine", "open"]) desk.addEventListener(type, drawMine);
  for (const type of ["queue", "open"]) desk.addEventListener(type, drawQueue);
  desk.page.main.addEventListener("language", () => {
    drawMine();
    drawQueue();
  });
  keys.on("accept", () => acceptNext(desk));
  keys.on("queue", () => (lists.querySelector("button") ?? title).focus());
  return column;
}

/** @param {Desk} desk */
function acceptNext(desk) {
  const next = desk.queue?.next ?? desk.queue?.rows[0]?.request_id;
  if (!next || !desk.technician || desk.busy) return false;
  void desk.accept(next).catch((error) => desk.page.toast.fault(error));
  return true;
}
