// A shut-off in words: the valves in order, who is without water, and what changes if one of them sticks; each valve can
// be said to be stuck, shut or open.

import { distance } from "lib/time.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { chip, note } from "parts/chip.js";
import { i18n, t } from "parts/words.js";

/** @typedef {import("lib/valves.js").Closure} Closure */
/** @typedef {import("lib/valves.js").Step} Step */
/** @typedef {import("lib/valves.js").Valve} Valve */
/** @typedef {(valve: string, state: "working" | "stuck" | "closed") => unknown} Found */

const CLASSES = ["hospital", "dependant", "school", "business", "home"];
const LOOK = /** @type {Record<string, {icon: string, tone: "ok" | "warn" | "bad" | ""}>} */ ({
  working: { icon: "check", tone: "" }, unknown: { icon: "info", tone: "" }, stuck: { icon: "alert", tone: "bad" }, closed: { icon: "done", tone: "ok" },
});

/** @param {Closure} closure @param {Found} found @returns {HTMLElement} */
export function shutOff(closure, found) {
  const { classes, vulnerable, hydrants, connections } = closure.without_water;
  const who = CLASSES.filter((name) => classes[name]).map((name) => t(`common.connection.${name}.count`, { count: classes[name] }));
  const careful = vulnerable.map(({ code, kind }) => `${t(`common.connection.${kind}.count`, { count: 1 })} (${code})`);
  return h("div", { class: "stack console-shut-off" },
    closure.at_source && note({ t: "console.valves.at_source", icon: "alert", tone: "bad" }),
    careful.length > 0 && note({ t: "console.valves.vulnerable", params: { who: i18n.list(careful) }, icon: "alert", tone: "bad" }),
    h("p", null, h("b", { t: "console.valves.without", params: { count: connections } }), who.length > 0 && h("span", { class: "muted", text: ` · ${i18n.list(who)}` })),
    h("p", { class: "muted", text: lengths(closure) }),
    closure.only_together > 0 && note({ t: "console.valves.together", params: { count: closure.only_together }, icon: "alert", tone: "warn" }),
    !closure.sources_known && note({ t: "console.valves.no_sources", icon: "info", tone: "warn" }),
    closure.close.length > 0 && h("ol", { class: "console-valves" }, closure.close.map((step) => row(step, found))),
    named("console.valves.held", closure.held), named("console.valves.spare", closure.spare),
    hydrants.length > 0 && h("p", { class: "small muted", t: "console.valves.hydrants", params: { hydrants: i18n.list(hydrants.map(({ code }) => code)) } }));
}

/** @param {Closure} closure */
function lengths({ closed, lost }) {
  const parts = [t("console.valves.closed", { length: distance(i18n, closed.metres) })];
  if (lost.metres > 0) parts.push(t("console.valves.lost", { length: distance(i18n, lost.metres) }));
  return parts.join(" · ");
}

/** @param {Step} step @param {Found} found */
function row(step, found) {
  const look = LOOK[step.state] ?? { icon: "info", tone: "" };
  return h("li", { data: { state: step.state } },
    h("p", { class: "cluster" }, h("b", { text: step.code }), h("span", { class: "muted number", text: distance(i18n, step.away_m) }), chip({ t: `console.valve.state.${step.state}`, ...look })),
    step.state !== "closed" && step.if_stuck && h("p", { class: "small muted", text: ifStuck(step.if_stuck) }),
    h("div", { class: "cluster" }, does(step, found)));
}

/** @param {Valve} valve @param {Found} found */
function does({ code, state }, found) {
  const act = (/** @type {"working" | "stuck" | "closed"} */ to, /** @type {string} */ icon) =>
    button({ t: `console.valve.do.${to}`, icon, kind: "quiet", ariaLabel: `${code}: ${t(`console.valve.do.${to}`)}`, "data-id": `${code} ${to}`, action: () => found(code, to) });
  if (state === "closed") return [act("working", "undo")];
  return state === "stuck" ? [act("working", "check"), act("closed", "done")] : [act("closed", "done"), act("stuck", "alert")];
}

/** @param {import("lib/valves.js").IfStuck} then */
function ifStuck(then) {
  if (then.at_source) return t("console.valve.if_stuck.source");
  const names = then.instead.map(({ code }) => code);
  return names.length ? t("console.valve.if_stuck", { valves: i18n.list(names), count: then.more.connections }) : t("console.valve.if_stuck.none", { count: then.more.connections });
}

/** @param {string} key @param {Valve[]} valves */
function named(key, valves) {
  return valves.length > 0 && h("p", { class: "small muted", t: key, params: { valves: i18n.list(valves.map(({ code }) => code)) } });
}
