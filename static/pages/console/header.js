// The line at the top: how the day stands, in four numbers that are also ways to what they count; and the tools.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { sheet } from "parts/dialog.js";
import { icon } from "parts/icon.js";
import { signOut } from "parts/session.js";
import { importFile } from "pages/console/import.js";
import { showKeys } from "pages/console/keys.js";
import { newTask } from "pages/console/new-task.js";

/** @param {import("pages/console/board.js").Board} board @param {import("parts/page.js").Page} page @param {import("parts/session.js").Me} me */
export function header(board, page, me) {
  const counts = h("ul", { class: "console-counts", label: "console.counts" });
  const update = () => {
    const uncovered = [...board.zones.values()].filter(({ properties }) => ["uncovered", "late"].includes(properties.coverage)).length;
    counts.replaceChildren(
      count("console.count.open", board.open.length, "list", ""),
      count("console.count.inbox", board.inbox.length, "alert", board.inbox.length ? "bad" : ""),
      count("console.count.late", board.late.length, "clock", board.late.length ? "warn" : ""),
      count("console.count.uncovered", uncovered, "zone", uncovered ? "warn" : ""));
  };
  board.addEventListener("change", update);
  update();
  return h("header", { class: "console-head" },
    h("div", { class: "wordmark" }, icon("drop"), h("h1", { t: "console.heading" })),
    counts,
    h("div", { class: "cluster console-tools" },
      button({ t: "console.new", icon: "plus", kind: "primary", key: "n", action: () => newTask(board, page) }),
      button({ t: "console.import", icon: "upload", action: () => importFile(board, page) }),
      button({ icon: "person", size: "icon", kind: "quiet", label: "common.settings", action: () => settings(page, me) })));
}

/** @param {string} t @param {number} number @param {string} name @param {string} tone */
function count(t, number, name, tone) {
  return h("li", { data: { tone: tone || null } }, icon(name), h("b", { class: "number", text: number }), h("span", { t }));
}

/** @param {import("parts/page.js").Page} page @param {import("parts/session.js").Me} me */
async function settings(page, me) {
  const body = [h("p", { text: me.name }), h("div", { class: "cluster" }, h("cs-language"), h("cs-theme"))];
  const wish = await sheet({ t: "common.settings", body,
    actions: [{ value: "keys", t: "console.keys", icon: "info" }, { value: "out", t: "common.sign_out", icon: "out" }] });
  if (wish === "keys") await showKeys();
  if (wish === "out") await signOut(page);
}
