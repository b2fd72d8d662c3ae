// A task for two in the console: who leads, who comes along, when both begin; or that nobody comes along.

import { spaced } from "lib/phone.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { chip, note } from "parts/chip.js";
import { sheet } from "parts/dialog.js";
import { t } from "parts/words.js";
import { moving } from "pages/console/moving.js";
import { secondFields } from "pages/console/second-fields.js";
import { LOOK, clockOf, name } from "pages/console/words.js";

const STILL = ["unplaced", "assigned", "accepted", "travelling", "on_site", "escalated"];
const IN_ROUTE = ["assigned", "accepted", "travelling", "on_site"];

/** @param {import("pages/console/types.js").TaskDetail} task @param {import("pages/console/board.js").Board} board */
export function pair(task, board) {
  const { partner } = task;
  const open = !task.companion && STILL.includes(task.state);
  const change = open && button({ t: "console.pair.change", icon: "people", action: () => changeSecond(task, board) });
  if (!task.needs_two && !task.companion) return change ? h("div", { class: "cluster" }, change) : null;
  const needs = task.needs_two && h("p", { class: "muted", text: task.second_skill
    ? t("console.pair.needs.skill", { skill: t(`common.skill.${task.second_skill}`), level: task.second_level }) : t("console.pair.needs.hand") });
  const alone = task.needs_two && !partner && IN_ROUTE.includes(task.state) && note({ t: "console.pair.alone", icon: "alert", tone: "bad" });
  return h("section", { class: "stack console-pair" }, h("h3", { t: task.companion ? "console.pair.along" : "console.pair" }), needs, alone,
    partner?.rep && h("div", { class: "cluster" },
      h("b", { t: task.companion ? "console.pair.leads" : "console.pair.comes", params: { name: name(partner.rep) } }),
      h("span", { class: "number nowrap", text: spaced(partner.rep.phone) }),
      chip({ t: `common.task_state.${partner.state}`, ...LOOK[partner.state] }),
      partner.meets_at && h("span", { class: "number", text: t("console.pair.at", { time: clockOf(partner.meets_at) }) })),
    (partner || change) && h("div", { class: "cluster" }, partner && button({ t: task.companion ? "console.pair.task" : "console.pair.stop", icon: "people", action: () => board.choose({ kind: "task", id: partner.task_id }) }), change));
}

/** @param {import("pages/console/types.js").TaskDetail} task @param {import("pages/console/board.js").Board} board */
async function changeSecond(task, board) {
  const second = secondFields(task);
  const answer = await sheet({ t: "console.pair.change", body: [second.element], actions: [{ value: "save", t: "common.save", kind: "primary" }] });
  if (answer !== "save") return;
  await moving(board, task.id, () => board.page.api.put(`/api/tasks/${task.id}/second`, { version: task.version, ...second.read() }));
}
