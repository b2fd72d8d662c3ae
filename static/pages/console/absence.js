// Somebody is ill this morning: what it would mean for today, then zones and tasks to neighbours; and back already.

import { h } from "parts/dom.js";
import { sheet } from "parts/dialog.js";
import { i18n, t } from "parts/words.js";
import { name } from "pages/console/words.js";

/** @typedef {import("pages/console/types.js").Rep} Rep */
/** @typedef {{zone_id: string, code: string, rep_id: string | null}} Cover */
/** @typedef {{task_id: string, category: string, address: string, rep_id: string | null, rep_name: string, starts_at: string | null, in_window: boolean}} Moved */

/** @param {Rep} rep @param {import("pages/console/board.js").Board} board */
export async function absence(rep, board) {
  const { api, toast } = board.page;
  const path = `/api/reps/${rep.id}/absence`;
  const today = /** @type {{rep_id: string, zones: Cover[]}[]} */ (await api.get("/api/absences")).find((each) => each.rep_id === rep.id);
  const seen = today ?? await api.get(`${path}/preview`);
  const answer = await sheet({ t: "console.absent.title", params: { name: name(rep) }, body: today ? present(today.zones, board) : previewed(seen, board),
    actions: [{ value: "", t: "common.cancel" }, today ? { value: "back", t: "console.absent.back", kind: "primary", icon: "undo" } : { value: "do", t: "console.absent.do", kind: "danger", icon: "hand" }] });
  if (answer === "do") {
    await api.post(path, {});
    toast.show({ t: "console.absent.done", params: { name: name(rep) } });
  } else if (answer === "back") {
    await api.delete(path);
    toast.show({ t: "console.absent.back.done", params: { name: name(rep) } });
  } else return;
  board.everything();
}

/** @param {Cover[]} zones @param {import("pages/console/board.js").Board} board */
function present(zones, board) {
  return [h("p", { t: "console.absent.is" }), covers(zones, board)];
}

/** @param {{zones: Cover[], tasks: Moved[]}} seen @param {import("pages/console/board.js").Board} board */
function previewed(seen, board) {
  return [
    h("h3", { t: "console.absent.zones" }), seen.zones.length ? covers(seen.zones, board) : h("p", { class: "muted", t: "console.absent.none" }),
    h("h3", { t: "console.absent.tasks" }), seen.tasks.length ? tasks(seen.tasks, board) : h("p", { class: "muted", t: "console.absent.none" }),
    ...(seen.tasks.length > 1 ? [h("p", { class: "small muted", t: "console.absent.about" })] : []),
  ];
}

/** @param {Cover[]} zones @param {import("pages/console/board.js").Board} board */
function covers(zones, board) {
  return h("ul", { class: "rows" }, zones.map((zone) => h("li", { class: "row" },
    h("b", { class: "grow", text: zone.code }), h("span", zone.rep_id ? { text: who(zone.rep_id, board) } : { class: "muted", t: "console.absent.nobody" }))));
}

/** @param {Moved[]} tasks @param {import("pages/console/board.js").Board} board */
function tasks(tasks, board) {
  return h("ul", { class: "rows" }, tasks.map((task) => h("li", { class: "row" },
    h("span", { class: "grow" }, h("b", { t: `common.category.${task.category}` }), h("small", { text: task.address })),
    h("span", task.rep_id
      ? { text: [who(task.rep_id, board) || task.rep_name, task.starts_at && i18n.time(task.starts_at), !task.in_window && t("console.absent.late")].filter(Boolean).join(" · ") }
      : { class: "muted", t: "console.absent.inbox" }))));
}

/** @param {string} id @param {import("pages/console/board.js").Board} board */
function who(id, board) {
  const rep = board.reps.get(id);
  return rep ? name(rep) : "";
}
