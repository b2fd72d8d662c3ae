// Every action of the console by its name, for the palette: what the keys and the buttons do.

import { attempt } from "parts/button.js";
import { signOut } from "parts/session.js";
import { t } from "parts/words.js";
import { importFile } from "pages/console/import.js";
import { showKeys } from "pages/console/keys.js";
import { newTask } from "pages/console/new-task.js";
import { planAgain } from "pages/console/plan-open.js";
import { movable } from "pages/console/day/selection.js";

/** @typedef {import("pages/console/palette.js").Entry} Entry */

/**
 * @param {{board: import("pages/console/board.js").Board, page: import("parts/page.js").Page, list: import("pages/console/task-list.js").TaskList,
 *   timeline: import("pages/console/timeline.js").Timeline, show: (view: "list" | "map" | "tables" | "timeline") => void}} parts
 * @returns {Entry[]}
 */
export function actions({ board, page, list, timeline, show }) {
  const only = (/** @type {string} */ filter) => () => {
    show("list");
    list.only(filter);
  };
  const chosen = board.chosen?.kind === "task" ? board.tasks.get(board.chosen.id) : undefined;
  const tasks = board.selection.ids.size ? board.selection.tasks : chosen && movable(chosen) ? [chosen] : [];
  const [lead] = tasks;
  const carry = async () => {
    if (!lead) return;
    show("timeline");
    await timeline.carry(tasks, lead);
  };
  const locked = tasks.length > 0 && tasks.every((task) => task.lock);
  return [
    ...(lead ? [
      { id: "move", icon: "hand", text: t("console.move"), more: t("console.picked", { count: tasks.length }), key: "M", does: carry },
      ...(tasks.every((task) => task.rep) ? [
        { id: "lock", icon: "shield", text: t(locked ? "console.unlock" : "console.lock"), more: t("console.picked", { count: tasks.length }), key: "L", does: () => board.moves.lock(tasks, locked ? null : "place") },
        ...(locked ? [] : [{ id: "lock-rep", icon: "person", text: t("console.locked.rep"), more: t("console.picked", { count: tasks.length }), does: () => board.moves.lock(tasks, "rep") }])] : []),
    ] : []),
    { id: "exceptions", icon: "alert", text: t("console.exceptions"), does: () => board.choose(null) },
    { id: "new", icon: "plus", text: t("console.new"), key: "N", does: () => attempt(document.body, () => newTask(board, page)) },
    { id: "announce", icon: "drop", text: t("console.announce"), does: () => board.choose({ kind: "announcement", id: "all" }) },
    { id: "undo", icon: "undo", text: t("console.undo.key"), key: "Ctrl Z", does: () => board.moves.undo() },
    { id: "plan", icon: "again", text: t("console.plan"), key: "R", does: () => planAgain(board, show) },
    { id: "replay", icon: "play", text: t("console.replay"), does: () => {
      show("timeline");
      return timeline.replay();
    } },
    { id: "what-if", icon: "info", text: t("console.what_if"), does: () => planAgain(board, show) },
    { id: "map", icon: "map", text: t("console.view.map"), key: "M", does: () => show("map") },
    { id: "tables", icon: "list", text: t("console.view.tables"), key: "T", does: () => show("tables") },
    { id: "timeline", icon: "clock", text: t("console.view.timeline"), key: "H", does: () => show("timeline") },
    { id: "inbox", icon: "filter", text: t("console.filter.inbox"), key: "I", does: only("inbox") },
    { id: "late", icon: "clock", text: t("console.filter.late"), does: only("late") },
    { id: "open", icon: "list", text: t("console.filter.open"), does: only("open") },
    { id: "share", icon: "link", text: t("console.share"), does: () => share(page) },
    { id: "import", icon: "upload", text: t("console.import"), does: () => attempt(document.body, () => importFile(board, page)) },
    { id: "territory", icon: "zone", text: t("console.territories"), does: () => location.assign("/territory") },
    { id: "keys", icon: "info", text: t("console.keys"), key: "?", does: () => showKeys() },
    { id: "out", icon: "out", text: t("common.sign_out"), does: () => signOut(page) },
  ];
}

/** @param {import("parts/page.js").Page} page */
async function share(page) {
  await navigator.clipboard.writeText(location.href);
  page.toast.show({ t: "common.copied" });
}
