// The line at the top: how the day stands, in four numbers that are also ways to what they count; and the tools.

import { h } from "parts/dom.js";
import { attempt, button } from "parts/button.js";
import { sheet } from "parts/dialog.js";
import { icon } from "parts/icon.js";
import { signOut } from "parts/session.js";
import "parts/switches.js";
import { naming } from "parts/words.js";
import { importFile } from "pages/console/import.js";
import { showKeys } from "pages/console/keys.js";
import { newTask } from "pages/console/new-task.js";
import { redraw } from "parts/redraw.js";

/** @typedef {{board: import("pages/console/board.js").Board, page: import("parts/page.js").Page, me: import("parts/session.js").Me,
 *   list: import("pages/console/task-list.js").TaskList, show: (view: "list" | "map" | "tables" | "timeline") => void, find: () => Promise<void>}} Parts */

/** @param {Parts} parts */
export function header({ board, page, me, list, show, find }) {
  const counts = h("ul", { class: "console-counts", label: "console.counts" });
  const only = (/** @type {string} */ filter) => () => {
    show("list");
    list.only(filter);
  };
  const update = () => {
    if (!board.loaded) return;
    const risky = [...board.zones.values()].filter(({ properties }) => ["uncovered", "late"].includes(properties.coverage)).length;
    redraw(counts, () => counts.replaceChildren(
      count("open", board.open.length, "list", "", only("open")),
      count("inbox", board.inbox.length, "alert", "bad", only("inbox")),
      count("late", board.late.length, "clock", "warn", only("late")),
      count("promises", board.atRisk, "calendar", "warn", () => board.choose({ kind: "promises", id: "now" })),
      count("announcements", board.announced?.filter(({ state }) => state !== "draft").length ?? 0, "drop", board.announced?.some(({ passed_at }) => passed_at) ? "bad" : "", () => board.choose({ kind: "announcement", id: "all" })),
      count("uncovered", risky, "zone", "warn", () => show("tables"))));
  };
  board.addEventListener("change", update);
  for (const type of ["promises", "announced"]) board.addEventListener(type, update);
  return h("header", { class: "console-head" },
    h("div", { class: "wordmark" }, icon("drop"), h("h1", { t: "console.heading" })),
    counts,
    h("div", { class: "cluster console-tools" },
      button({ t: "console.new", icon: "plus", key: "N", action: (event) => attempt(event.currentTarget, () => newTask(board, page)) }),
      button({ t: "console.import", icon: "upload", action: (event) => attempt(event.currentTarget, () => importFile(board, page)) }),
      h("nav", { class: "console-pages", label: "console.pages" },
        other("/shifts", "people", "console.shifts"),
        other("/ahead", "calendar", "console.ahead"),
        me.roles.some((role) => role === "supervisor" || role === "admin") && [other("/figures", "figures", "console.figures"), other("/answers", "chat", "console.answers")],
        other("/forms", "list", "console.forms"),
        other("/territory", "zone", "console.territories")),
      button({ icon: "search", size: "icon", kind: "quiet", class: "button console-find", label: "console.palette.open", title: "console.palette.open", "aria-keyshortcuts": "Control+K", action: (event) => attempt(event.currentTarget, find) }),
      button({ icon: "person", size: "icon", kind: "quiet", label: "common.settings", action: (event) => attempt(event.currentTarget, () => settings(page, me, () => board.dispatchEvent(new Event("plan")))) })));
}

/** Another page of the dispatcher's; where there is little room its name is in a tip. @param {string} href @param {string} name @param {string} words */
function other(href, name, words) {
  return h("a", { class: "button", href, title: words }, icon(name), h("span", { t: words }));
}

/** @param {string} what @param {number} number @param {string} name @param {string} tone @param {() => void} click */
function count(what, number, name, tone, click) {
  return h("li", null, h("button", { type: "button", data: { id: what, tone: number > 0 && tone ? tone : null }, on: { click } },
    icon(name), h("b", { class: "number", text: number }), h("span", { t: `console.count.${what}` })));
}

/** @param {import("parts/page.js").Page} page @param {import("parts/session.js").Me} me @param {() => void} plan */
async function settings(page, me, plan) {
  const body = [h("p", { class: "muted", ...naming(me) }), h("div", { class: "cluster" }, h("cs-language"), h("cs-theme"))];
  const wish = await sheet({ t: "common.settings", body,
    actions: [{ value: "plan", t: "console.plan", icon: "again" }, { value: "keys", t: "console.keys", icon: "info" }, { value: "out", t: "common.sign_out", icon: "out" }] });
  if (wish === "plan") plan();
  if (wish === "keys") await showKeys();
  if (wish === "out") await signOut(page);
}
