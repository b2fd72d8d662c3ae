// A representative today: shift, load, what he can do, what comes next.

import { spaced } from "lib/phone.js";
import { h } from "parts/dom.js";
import { attempt, button } from "parts/button.js";
import { chip } from "parts/chip.js";
import { sheet } from "parts/dialog.js";
import { i18n, t } from "parts/words.js";
import { absence } from "pages/console/absence.js";
import { LOOK, clockOf, name, partList, title } from "pages/console/words.js";

/** @param {import("pages/console/types.js").Rep} rep @param {import("pages/console/board.js").Board} board */
export function repDetail(rep, board) {
  const tasks = [...board.tasks.values()].filter((task) => task.rep?.id === rep.id && task.state !== "cancelled")
    .sort((a, b) => at(a).localeCompare(at(b)));
  return h("article", { class: "stack" },
    h("div", { class: "stack console-title" }, h("h2", { text: name(rep) }),
      h("div", { class: "cluster" }, rep.on_shift ? chip({ t: "console.on_shift", icon: "check", tone: "ok" }) : chip({ t: "console.off_shift", icon: "clock" }),
        h("span", { class: "muted", text: `${rep.code} · ${rep.station}` }))),
    h("dl", { class: "console-facts" },
      h("dt", { t: "console.fact.shift" }), h("dd", { text: `${i18n.time(rep.shift_start)} – ${i18n.time(rep.shift_end)}` }),
      h("dt", { t: "console.fact.seen" }), h("dd", { text: rep.position ? i18n.relative(rep.position.at, new Date()) : t("console.not_seen") }),
      h("dt", { t: "console.fact.load" }), h("dd", { text: t("console.load", { open: rep.open_tasks, done: rep.done_today }) }),
      h("dt", { t: "console.fact.zones" }), h("dd", { text: rep.zones.join(", ") || "–" }),
      h("dt", { t: "console.fact.skills" }), h("dd", { text: i18n.list(Object.entries(rep.skills).map(([skill, level]) => t("console.fact.level", { skill: t(`common.skill.${skill}`), level }))) }),
      h("dt", { t: "console.fact.parts" }), h("dd", { text: partList(rep.parts) || "–" }),
      h("dt", { t: "console.fact.phone" }), h("dd", null, h("a", { href: `tel:${rep.phone}`, text: spaced(rep.phone) }))),
    h("h3", { t: "console.route" }),
    tasks.length
      ? h("ol", { class: "rows" }, tasks.map((task) => h("li", null, h("button", { type: "button", class: "row", data: { id: task.id }, on: { click: () => board.choose({ kind: "task", id: task.id }) } },
          h("time", { class: "number", text: clockOf(at(task)) }),
          h("span", { class: "grow" }, h("b", { text: title(task) }), h("small", { text: task.address })),
          chip({ t: `common.task_state.${task.state}`, ...LOOK[task.state] })))))
      : h("p", { class: "muted", t: "console.route.empty" }),
    button({ t: "console.absent", icon: "calendar", action: (event) => attempt(event.currentTarget, () => absence(rep, board)) }),
    button({ t: "console.link", icon: "link", action: (event) => attempt(event.currentTarget, () => link(rep, board)) }));
}

/** When somebody is there, or was. @param {import("pages/console/types.js").Task} task */
function at(task) {
  return task.starts_at ?? task.finished_at ?? "";
}

/** A fresh one-use link, for a new phone. @param {import("pages/console/types.js").Rep} rep @param {import("pages/console/board.js").Board} board */
async function link(rep, board) {
  const made = await board.page.api.post(`/api/reps/${rep.id}/sign-in-link`, {});
  const text = h("input", { class: "input", readonly: true, value: made.link, label: "console.link" });
  const answer = await sheet({ t: "console.link", body: [h("p", { t: "console.link.once" }), text], actions: [{ value: "copy", t: "common.copy", kind: "primary", icon: "copy" }] });
  if (answer !== "copy") return;
  await navigator.clipboard.writeText(made.link);
  board.page.toast.show({ t: "common.copied" });
}
