// Finds a request again by name, telephone number or address; what was found stands in place of the lists.

import { h } from "parts/dom.js";
import { failed, nothing, skeleton } from "parts/empty.js";
import { redraw } from "parts/redraw.js";
import { pastRow } from "pages/desk/queue/past.js";

/** Typing rests this long before it is looked up, in milliseconds. */
const REST_MS = 250;
const MOST = 30;

/** @param {import("pages/desk/desk.js").Desk} desk @param {import("pages/desk/keys.js").Keys} keys @param {(on: boolean) => void} instead shows or hides the lists */
export function search(desk, keys, instead) {
  const input = h("input", { class: "input", type: "search", maxlength: 80, autocomplete: "off", spellcheck: "false", label: "desk.search", placeholder: "desk.search", "aria-keyshortcuts": "/" });
  const found = h("div", { class: "found", role: "status", hidden: true });
  const element = h("search", { class: "find" }, input, h("kbd", { text: "/", "aria-hidden": "true" }));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let resting;
  /** @type {import("pages/desk/views.js").RequestRow[]} */
  let rows = [];

  const look = async () => {
    const q = input.value.trim();
    found.hidden = !q;
    instead(!q);
    if (!q) return;
    if (!rows.length) found.replaceChildren(skeleton(3));
    try {
      const page = await desk.api.get("/api/requests", { query: { q, limit: MOST } });
      if (q !== input.value.trim()) return;
      rows = page.rows;
      draw();
    } catch (error) {
      found.replaceChildren(failed(error, look));
    }
  };
  const draw = () => redraw(found, () => found.replaceChildren(rows.length
    ? h("ul", { class: "queue-list" }, rows.map((row) => h("li", null, pastRow(desk, row, row.address))))
    : nothing({ t: "desk.search.none", more: "desk.search.none.more", icon: "search" })));

  input.addEventListener("input", () => {
    clearTimeout(resting);
    resting = setTimeout(look, REST_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      input.value = "";
      rows = [];
      void look();
      input.blur();
    } else if (event.key === "ArrowDown" || event.key === "Enter") {
      event.preventDefault();
      found.querySelector("button")?.focus();
    }
  });
  for (const type of ["open", "mine", "erased"]) {
    desk.addEventListener(type, () => {
      if (found.hidden) return;
      if (type === "open") draw();
      else void look();
    });
  }
  desk.page.main.addEventListener("language", () => !found.hidden && draw());
  keys.on("search", () => {
    input.focus();
    input.select();
  });
  return { element, found };
}
