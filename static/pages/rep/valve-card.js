// Which valves close this: in the order of the walk, each with how far it is and what was found of it; who is without
// water; and what changes where a valve does not turn. Works without a network.

import { distance } from "lib/time.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { chip, note } from "parts/chip.js";
import { drawnFrom } from "parts/redraw.js";
import { i18n, t } from "parts/words.js";
import { ValveMap } from "pages/rep/valve-map.js";

/** @typedef {import("pages/rep/overlay.js").Task} Task */
/** @typedef {import("lib/valves.js").Shown} Shown */

const LOOK = /** @type {Record<string, {icon: string, tone: "ok" | "warn" | "bad" | ""}>} */ ({
  working: { icon: "check", tone: "" }, unknown: { icon: "info", tone: "" }, stuck: { icon: "alert", tone: "bad" }, closed: { icon: "done", tone: "ok" },
});
/** Work for which the water is mostly shut off: its list stands open. */
const OPEN_FOR = new Set(["leak", "no_water", "low_pressure"]);

export class ValveCard {
  /** @param {import("pages/rep/shut-offs.js").ShutOffs} shutOffs @param {import("parts/page.js").Page} page */
  constructor(shutOffs, page) {
    this.shutOffs = shutOffs;
    this.page = page;
    this.map = new ValveMap(page);
    this.content = h("div", { class: "stack" });
    this.count = h("span", { class: "muted" });
    this.fold = h("details", { class: "card rep-valves" }, h("summary", null, h("h3", { t: "rep.valves" }), this.count), this.content, this.map.element);
    this.element = h("div", { hidden: true }, this.fold);
    this.draw = drawnFrom(this.content);
    this.task = "";
    /** @type {Task | null} */
    this.shown = null;
    shutOffs.addEventListener("change", () => this.shown && this.show(this.shown));
    this.fold.addEventListener("toggle", () => this.shown && this.show(this.shown));
  }

  /** @param {Task} task */
  show(task) {
    const found = this.shutOffs.of(task.id);
    this.shown = task;
    this.element.hidden = !found;
    if (!found) return;
    if (task.id !== this.task) this.fold.open = OPEN_FOR.has(task.category);
    this.task = task.id;
    const { closure, steps } = found;
    const shut = steps.filter(({ state }) => state === "closed").length;
    this.count.textContent = steps.length ? t("rep.valves.count", { shut, all: steps.filter(({ state }) => state !== "stuck").length }) : "";
    const waiting = this.shutOffs.waiting(task.id);
    this.draw([task.id, found, waiting], () => [
      ...warnings(found),
      h("ol", { class: "rep-valve-list" }, steps.map((step, at) => this.row(step, at, waiting.some(({ valve }) => valve === step.code)))),
      ...held(closure.held),
      h("p", { class: "small muted", t: "rep.valves.note" }),
    ].filter((part) => part !== null));
    void this.map.show(closure, steps, this.fold.open);
  }

  /** @param {Shown} step @param {number} at @param {boolean} waits */
  row(step, at, waits) {
    const look = LOOK[step.state] ?? { icon: "info", tone: "" };
    return h("li", { class: "rep-valve", data: { state: step.state } },
      h("span", { class: "rep-valve-number number", "aria-hidden": "true", text: at + 1 }),
      h("div", { class: "stack grow", style: null },
        h("p", { class: "cluster" }, h("b", { text: step.code }), h("span", { class: "muted number", text: distance(i18n, step.away_m) })),
        h("p", { class: "cluster" }, chip({ t: `rep.valve.state.${step.state}`, ...look }),
          step.instead && chip({ t: "rep.valve.instead", icon: "again", tone: "warn" }), waits && chip({ t: "rep.sync.not_sent", icon: "queue", tone: "warn" })),
        step.state !== "closed" && step.state !== "stuck" && ifStuck(step),
        h("div", { class: "cluster rep-valve-does" }, this.does(step))));
  }

  /** @param {Shown} step */
  does(step) {
    const act = (/** @type {"closed" | "stuck" | "working"} */ state, /** @type {string} */ t, /** @type {string} */ icon) =>
      button({ t, icon, "data-id": `${step.code} ${state}`, ariaLabel: `${step.code}: ${i18n.t(t)}`, action: () => this.found(step.code, state) });
    if (step.state === "closed") return [act("working", "rep.valve.do.open", "undo")];
    if (step.state === "stuck") return [act("working", "rep.valve.do.turns", "undo")];
    return [act("closed", "rep.valve.do.close", "check"), act("stuck", "rep.valve.do.stuck", "alert")];
  }

  /** @param {string} valve @param {"closed" | "stuck" | "working"} state */
  async found(valve, state) {
    navigator.vibrate?.(30);
    const action = await this.shutOffs.found(this.task, valve, state);
    this.page.toast.show({ t: `rep.valve.did.${state}`, params: { valve }, undo: async () => {
      const gone = await this.shutOffs.work.outbox.takeBack(action.id);
      this.page.toast.show(gone ? { t: "rep.did.undo" } : { t: "rep.did.undo_late", tone: "bad" });
      this.shutOffs.tell();
    } });
  }
}

/** @param {NonNullable<ReturnType<import("pages/rep/shut-offs.js").ShutOffs["of"]>>} found */
function warnings({ closure, connections, classes, at_source, unsure }) {
  const careful = ["hospital", "dependant"].filter((name) => classes[name]);
  const who = careful.map((name) => t(`common.connection.${name}.count`, { count: classes[name] }));
  return [
    at_source ? note({ t: "rep.valves.at_source", icon: "alert", tone: "bad" }) : null,
    careful.length ? note({ t: "rep.valves.vulnerable", params: { who: i18n.list(who) }, icon: "alert", tone: "bad" }) : null,
    unsure ? note({ t: "rep.valves.unsure", icon: "offline", tone: "warn" }) : null,
    h("p", { text: [t("rep.valves.without", { count: connections }), t("rep.valves.closed", { length: distance(i18n, closure.closed.metres) })].join(" · ") }),
    closure.lost.metres > 0 ? h("p", { class: "muted", t: "rep.valves.lost", params: { length: distance(i18n, closure.lost.metres) } }) : null,
    closure.sources_known ? null : h("p", { class: "muted", t: "rep.valves.no_sources" }),
  ];
}

/** @param {Shown} step */
function ifStuck({ if_stuck }) {
  if (!if_stuck) return null;
  const names = if_stuck.instead.map(({ code }) => code);
  const key = if_stuck.at_source ? "rep.valve.if_stuck.source" : names.length ? "rep.valve.if_stuck" : "rep.valve.if_stuck.none";
  return h("p", { class: "small muted", t: key, params: { valves: i18n.list(names), count: if_stuck.more.connections } });
}

/** @param {import("lib/valves.js").Valve[]} valves */
function held(valves) {
  return valves.length ? [h("p", { t: "rep.valves.held", params: { valves: i18n.list(valves.map(({ code }) => code)) } })] : [];
}
