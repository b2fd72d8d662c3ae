// The tasks that a point rests on, each a way into the console.

import { duration } from "lib/time.js";
import { chip } from "parts/chip.js";
import { sheet } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { failed, nothing, skeleton } from "parts/empty.js";
import { i18n, nameOf, t } from "parts/words.js";
import { dayOf } from "pages/figures/words.js";

/**
 * @typedef {{id: string, category: string, fault: string, severity: string, address: string, zone: string | null, rep_name: string, rep_name_en: string,
 *   day: string, hit: boolean | null, num_s: number | null, den_s: number | null}} Task
 */

/** @param {import("parts/page.js").Page} page @param {{figure: string, by: string, key: string, week: string, said: string}} point */
export async function showTasks(page, { figure, by, key, week, said }) {
  const list = h("div", { class: "stack", "aria-live": "polite" }, skeleton(4));
  const read = async () => {
    list.replaceChildren(skeleton(4));
    try {
      const { tasks, more } = await page.api.get("/api/figures/tasks", { query: { figure, by, week, ...(key && { key }) } });
      list.replaceChildren(
        tasks.length ? h("ul", { class: "figures-tasks" }, tasks.map((/** @type {Task} */ task) => row(figure, task))) : nothing({ t: "figures.tasks.none", icon: "list" }),
        ...(more ? [h("p", { class: "muted", t: "figures.tasks.more", params: { count: more } })] : []));
    } catch (error) {
      list.replaceChildren(failed(error, read));
    }
  };
  void read();
  await sheet({ t: `figures.${figure}`, actions: [], body: [h("p", { class: "muted", text: said }), list] });
}

/** @param {string} figure @param {Task} task */
function row(figure, task) {
  const what = task.fault && i18n.has(`faults.${task.fault}`) ? t(`faults.${task.fault}`) : t(`common.category.${task.category}`);
  const who = task.rep_name && nameOf({ name: task.rep_name, name_en: task.rep_name_en });
  return h("li", null,
    h("a", { class: "figures-task", href: `/console#task=${task.id}` },
      h("b", { text: what }),
      h("span", { class: "muted", text: [dayOf(task.day), task.zone, task.address, who].filter(Boolean).join(" · ") })),
    task.hit === null
      ? h("span", { class: "number", text: figure === "travel_share" ? t("figures.tasks.way", { way: duration(i18n, task.num_s ?? 0), whole: duration(i18n, task.den_s ?? 0) }) : duration(i18n, task.num_s ?? 0) })
      : chip(task.hit ? { t: `figures.hit.${figure}`, icon: "check", tone: "ok" } : { t: `figures.miss.${figure}`, icon: "alert", tone: "warn" }));
}
