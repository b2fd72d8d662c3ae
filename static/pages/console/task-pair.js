// A task for two in the console: who leads, who comes along, when both begin; or that nobody comes along.

import { spaced } from "lib/phone.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { chip, note } from "parts/chip.js";
import { t } from "parts/words.js";
import { LOOK, clockOf, name } from "pages/console/words.js";

const IN_ROUTE = ["assigned", "accepted", "travelling", "on_site"];

/** @param {import("pages/console/types.js").TaskDetail} task @param {import("pages/console/board.js").Board} board */
export function pair(task, board) {
  const { partner } = task;
  if (!task.needs_two && !task.companion) return null;
  const needs = task.needs_two && h("p", { class: "muted", text: task.second_skill
    ? t("console.pair.needs.skill", { skill: t(`common.skill.${task.second_skill}`), level: task.second_level }) : t("console.pair.needs.hand") });
  const alone = task.needs_two && !partner && IN_ROUTE.includes(task.state) && note({ t: "console.pair.alone", icon: "alert", tone: "bad" });
  return h("section", { class: "stack console-pair" }, h("h3", { t: task.companion ? "console.pair.along" : "console.pair" }), needs, alone,
    partner?.rep && h("div", { class: "cluster" },
      h("b", { t: task.companion ? "console.pair.leads" : "console.pair.comes", params: { name: name(partner.rep) } }),
      h("span", { class: "number nowrap", text: spaced(partner.rep.phone) }),
      chip({ t: `common.task_state.${partner.state}`, ...LOOK[partner.state] }),
      partner.meets_at && h("span", { class: "number", text: t("console.pair.at", { time: clockOf(partner.meets_at) }) })),
    partner && h("div", { class: "cluster" }, button({ t: task.companion ? "console.pair.task" : "console.pair.stop", icon: "people", action: () => board.choose({ kind: "task", id: partner.task_id }) })));
}
