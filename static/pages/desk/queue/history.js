// What has been: the desk's latest requests, folded away until somebody looks.

import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import { failed, nothing, skeleton } from "parts/empty.js";
import { pastRow } from "pages/desk/queue/past.js";

/** @typedef {import("pages/desk/views.js").RequestRow} RequestRow */

/** @param {import("pages/desk/desk.js").Desk} desk */
export function history(desk) {
  const body = h("div", { class: "history-body" });
  const box = h("details", { class: "history" }, h("summary", null, h("h2", { t: "desk.history" })), body);
  /** @type {RequestRow[]} */
  let rows = [];
  /** @type {string | null} */
  let following = null;

  /** @param {boolean} more */
  const read = async (more) => {
    if (!rows.length) body.replaceChildren(skeleton(3));
    try {
      const page = await desk.api.get("/api/requests", { query: { limit: 20, before: more ? following : null } });
      rows = more ? [...rows, ...page.rows] : page.rows;
      following = page.next;
      draw();
    } catch (error) {
      if (rows.length) throw error;
      body.replaceChildren(failed(error, () => read(false)));
    }
  };

  const draw = () => {
    if (!rows.length) return body.replaceChildren(nothing({ t: "desk.history.empty", icon: "list" }));
    return body.replaceChildren(
      h("ul", { class: "queue-list" }, rows.map((row) => h("li", null, pastRow(desk, row)))),
      ...(following ? [button({ t: "desk.history.more", kind: "quiet", action: () => read(true) })] : []),
    );
  };

  box.addEventListener("toggle", () => box.open && void read(false));
  desk.addEventListener("erased", () => box.open && void read(false).catch(() => {}));
  for (const type of ["mine", "open"]) desk.addEventListener(type, () => box.open && rows.length && draw());
  desk.page.main.addEventListener("language", () => box.open && rows.length && draw());
  return box;
}
