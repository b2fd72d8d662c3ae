// What is known of a zone beside its border, and its history: who answered for it when, its newest tasks.

import { h } from "parts/dom.js";
import { chip, note } from "parts/chip.js";
import { skeleton } from "parts/empty.js";
import { i18n, t } from "parts/words.js";
import { LOOK, name, title } from "pages/console/words.js";

/** @typedef {{id: string | null, code: string, name: string, name_en: string}} Person */
/** @typedef {{record: Record<string, any>, path: import("pages/console/types.js").Names[], deputy: Person | null, owners: (Person & {from_at: string, until_at: string | null})[],
 *   tasks_open: number, tasks_done: number, tasks: {id: string, state: string, category: string, fault: string, created_at: string}[]}} ZonePage */

const LISTS = ["inlet_meters", "outlet_meters", "boundary_valves"];
const UNITS = /** @type {Record<string, string>} */ ({ main_length_m: "m", min_night_flow: "m³/h", leakage_target_percent: "%" });

/** @type {Map<string, ZonePage>} what was read last: the board redraws often, and nothing shall jump meanwhile */
const known = new Map();

/** @param {string} code @param {import("pages/console/board.js").Board} board */
export function zoneRecord(code, board) {
  const before = known.get(code);
  const place = h("div", { class: "stack", "aria-busy": "true" }, before ? draw(before, board) : skeleton(3));
  void board.page.api.get(`/api/zones/${encodeURIComponent(code)}/record`).then(
    (/** @type {ZonePage} */ page) => {
      known.set(code, page);
      if (JSON.stringify(page) !== JSON.stringify(before)) place.replaceChildren(...draw(page, board));
    },
    (/** @type {any} */ error) => place.replaceChildren(note({ text: i18n.error(error), icon: "alert", tone: "bad" })),
  ).finally(() => place.removeAttribute("aria-busy"));
  return place;
}

/** @param {ZonePage} page @param {import("pages/console/board.js").Board} board */
function draw({ record, path, deputy, owners, tasks, tasks_open: open, tasks_done: done }, board) {
  const facts = Object.entries(record).filter(([field]) => field !== "deputy");
  return [
    h("h3", { t: "console.zone.record" }),
    h("dl", { class: "console-facts" },
      h("dt", { t: "console.fact.where" }), h("dd", { text: path.map((unit) => name(unit)).join(" › ") }),
      deputy && [h("dt", { t: "console.field.deputy" }), h("dd", { text: name(deputy) })],
      facts.map(([field, value]) => [h("dt", { t: `console.field.${field}` }), h("dd", { text: shown(field, value) })])),
    ...(facts.length ? [] : [h("p", { class: "muted", t: "console.zone.record.empty" })]),
    h("h3", { t: "console.zone.owners" }),
    owners.length
      ? h("ol", { class: "console-history" }, owners.map((owner) => h("li", null, h("time", { datetime: owner.from_at, text: i18n.date(owner.from_at) }),
        h("span", { text: owner.until_at ? t("console.zone.owner.until", { name: name(owner), until: i18n.date(owner.until_at) }) : t("console.zone.owner.now", { name: name(owner) }) }))))
      : h("p", { class: "muted", t: "console.zone.owners.none" }),
    h("h3", { t: "console.zone.history" }),
    h("p", { class: "small muted", t: "console.zone.history.counts", params: { open, done } }),
    h("ol", { class: "console-history" }, tasks.map((task) => h("li", null, h("time", { datetime: task.created_at, text: i18n.date(task.created_at) }),
      h("button", { type: "button", class: "console-link", on: { click: () => board.choose({ kind: "task", id: task.id }) } },
        h("span", { text: title(task) }), chip({ t: `common.task_state.${task.state}`, ...LOOK[task.state] }))))),
  ];
}

/** @param {string} field @param {any} value */
function shown(field, value) {
  if (field === "status") return t(`console.zone.status.${value}`);
  if (field === "tier") return t(`console.zone.tier.${value}`);
  if (LISTS.includes(field)) return value.map((/** @type {string} */ code) => `${field === "inlet_meters" ? "+\u00a0" : field === "outlet_meters" ? "−\u00a0" : ""}${code}`).join(", ");
  return typeof value === "number" ? `${i18n.number(value)}${UNITS[field] ? ` ${UNITS[field]}` : ""}` : String(value);
}
