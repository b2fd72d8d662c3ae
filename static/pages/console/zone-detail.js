// A zone: how it is looked after and why, whose it is, what is open in it.

import { h } from "parts/dom.js";
import { chip } from "parts/chip.js";
import { t } from "parts/words.js";
import { zoneRecord } from "pages/console/zone-record.js";
import { COVERAGE, LOOK, name, reason, title } from "pages/console/words.js";

/** @param {import("pages/console/types.js").Zone} zone @param {import("pages/console/board.js").Board} board */
export function zoneDetail({ properties: zone }, board) {
  const tasks = board.open.filter((task) => task.zone?.code === zone.code);
  const { owner } = zone;
  return h("article", { class: "stack" },
    h("div", { class: "stack console-title" }, h("h2", { text: name(zone) }),
      h("div", { class: "cluster" }, chip({ t: `console.coverage.${zone.coverage}`, ...COVERAGE[zone.coverage] }), h("span", { class: "muted", text: zone.code }))),
    h("ul", { class: "console-reasons" }, zone.reasons.map((each) => h("li", { text: reason(each) }))),
    owner && h("div", { class: "rows" }, h("button", { type: "button", class: "row", data: { id: owner.id }, on: { click: () => board.choose({ kind: "rep", id: owner.id }) } },
      h("span", { class: "grow" }, h("small", { t: "console.fact.owner" }), h("b", { text: name(owner) })))),
    h("dl", { class: "console-facts" },
      h("dt", { t: "console.fact.able" }), h("dd", { text: t("console.fact.able.of", { able: zone.able, carers: zone.carers }) })),
    h("h3", { t: "console.tasks" }),
    tasks.length
      ? h("ol", { class: "rows" }, tasks.map((task) => h("li", null, h("button", { type: "button", class: "row", data: { id: task.id }, on: { click: () => board.choose({ kind: "task", id: task.id }) } },
          h("span", { class: "grow" }, h("b", { text: title(task) }), h("small", { text: task.address })), chip({ t: `common.task_state.${task.state}`, ...LOOK[task.state] })))))
      : h("p", { class: "muted", t: "console.zone.quiet" }),
    zoneRecord(zone.code, board));
}
