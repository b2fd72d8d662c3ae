// A station's rest of the day, planned again: ask for it, see before and after and who is touched, apply it or drop it.
// While a plan is looked at, the timeline shows where stops would go.

import { ApiError } from "lib/api.js";
import { duration } from "lib/time.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { failed, skeleton } from "parts/empty.js";
import { field } from "parts/field.js";
import { redraw } from "parts/redraw.js";
import { i18n, t } from "parts/words.js";
import { supposed, WhatIf } from "pages/console/day/what-if.js";
import { contractors } from "pages/console/contractors.js";
import { ladders } from "pages/console/ladders.js";
import { policies } from "pages/console/plan-policies.js";
import { traffic } from "pages/console/traffic.js";
import { clockOf, name, repName, title } from "pages/console/words.js";

/** @typedef {import("pages/console/types.js").Plan} Plan */
/** @typedef {import("pages/console/types.js").PlanChange} PlanChange */

const WORKING = ["asked", "running"];
const FIGURES = /** @type {const} */ (["travel_s", "late_s", "overtime_s", "unserved"]);
const MOST = 12; // changes shown at first

export class PlanView {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    this.element = h("article", { class: "stack console-plan" });
    this.body = h("div", { class: "stack", "aria-live": "polite" });
    this.station = "";
    this.whatIf = new WhatIf(board);
    /** @type {Set<string>} who cannot go on */
    this.gone = new Set();
    /** @type {Plan | null} the newest of the station */
    this.plan = null;
    board.page.live.subscribe("reoptimisations", () => this.open && void this.read());
    addEventListener("language", () => this.open && this.begin());
  }

  get open() {
    return this.board.chosen?.kind === "plan";
  }

  /** @param {string} station @param {boolean} anew */
  show(station, anew) {
    if (!anew && this.element.firstChild) return;
    if (station !== this.station) {
      this.gone.clear();
      this.whatIf.clear();
      this.plan = null;
    }
    this.station = station;
    this.begin();
  }

  begin() {
    const stations = [...new Set([...this.board.reps.values()].map((rep) => rep.station))].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    if (!stations.includes(this.station)) this.station = stations[0] ?? "";
    const select = h("select", { class: "input", name: "station", on: { change: () => this.board.choose({ kind: "plan", id: select.value }) } },
      stations.map((station) => h("option", { value: station, text: station, selected: station === this.station })));
    this.element.replaceChildren(
      h("div", { class: "stack console-title" }, h("h2", { t: "console.plan", tabindex: "-1" }), h("p", { class: "muted", t: "console.plan.lead" })),
      field({ t: "console.plan.station", name: "station", input: select }),
      this.whoIsGone(),
      this.whatIf.show(this.station),
      this.body,
      policies(this.board), traffic(this.board), ladders(this.board), contractors(this.board));
    this.body.replaceChildren(skeleton(3));
    void this.read();
  }

  /** Who cannot go on: what they have not begun goes to others. */
  whoIsGone() {
    const people = [...this.board.reps.values()].filter((rep) => rep.station === this.station).sort((a, b) => a.code.localeCompare(b.code, "en", { numeric: true }));
    return h("details", { class: "console-fold" }, h("summary", null, h("span", { t: "console.plan.gone" })),
      h("div", { class: "stack console-ticks" }, people.map((rep) => {
        const tick = h("input", { type: "checkbox", checked: this.gone.has(rep.id), on: { change: () => (tick.checked ? this.gone.add(rep.id) : this.gone.delete(rep.id)) } });
        return h("label", null, tick, h("span", { text: name(rep) }));
      })));
  }

  async read() {
    const { station } = this;
    try {
      const [newest] = station ? await this.board.page.api.get("/api/reoptimisations", { query: { station, limit: 1 } }) : [];
      if (station === this.station && this.open) this.draw(newest ?? null);
    } catch (error) {
      if (station === this.station) this.body.replaceChildren(failed(error, () => this.read()));
    }
  }

  /** @param {Plan | null} plan */
  draw(plan) {
    this.plan = plan;
    this.board.ghost(plan?.state === "ready" ? plan : null);
    redraw(this.body, () => this.body.replaceChildren(.../** @type {Node[]} */ (this.parts(plan).filter(Boolean))));
  }

  /** @param {Plan | null} plan @returns {(Node | null | false)[]} */
  parts(plan) {
    if (plan && WORKING.includes(plan.state)) {
      return [note({ t: "console.plan.working", params: { seconds: plan.budget_s }, icon: "clock" }), skeleton(2),
        button({ t: "console.plan.stop", icon: "close", action: () => this.act(plan, "dropping") })];
    }
    const ask = button({ t: plan?.state === "ready" ? "console.plan.again" : "console.plan.ask", icon: "again", kind: plan?.state === "ready" ? undefined : "primary", action: () => this.ask() });
    if (!plan || plan.state === "dropped") return [ask];
    if (plan.state !== "ready") return [result(plan), ask];
    return [
      h("p", { t: "console.plan.found", params: { time: i18n.time(plan.changed_at), moved: plan.moved.length, stops: plan.stops } }),
      supposed(plan, this.board),
      figures(plan),
      this.changes("console.plan.moved", plan.moved, true),
      this.changes("console.plan.retimed", plan.retimed, false),
      plan.left.length > 0 && note({ t: "console.plan.left", params: { count: plan.left.length }, icon: "alert", tone: "bad" },
        h("ul", { class: "console-reasons" }, plan.left.map((each) => h("li", { text: [title(each), each.address].filter(Boolean).join(" · ") })))),
      h("div", { class: "cluster" },
        !plan.extra.length && button({ t: "console.plan.apply", icon: "check", kind: "primary", action: () => this.act(plan, "application") }),
        button({ t: "console.plan.drop", icon: "trash", action: () => this.act(plan, "dropping") }), ask),
    ];
  }

  /** Stops that change hands, or their time alone. @param {string} key @param {PlanChange[]} changes @param {boolean} open */
  changes(key, changes, open) {
    if (!changes.length) return null;
    const shown = changes.slice(0, MOST);
    return h("details", { class: "console-fold", open }, h("summary", null, h("b", { t: key, params: { count: changes.length } })),
      h("ol", { class: "rows" }, shown.map((each) => h("li", null,
        h("button", { type: "button", class: "row", data: { id: each.task_id }, on: { click: () => this.board.choose({ kind: "task", id: each.task_id }) } },
          h("span", { class: "grow" }, h("b", { text: [title(each), each.address].filter(Boolean).join(" · ") }), h("small", { text: this.told(each) })))))),
      changes.length > shown.length && h("p", { class: "small muted", t: "console.plan.more", params: { count: changes.length - shown.length } }));
  }

  /** Who and when, before and after. @param {PlanChange} each */
  told(each) {
    const now = `${repName(this.board, each.rep_id, each.rep_name)} ${clockOf(each.starts_at)}`;
    if (!each.before_rep_id) return t("console.plan.new", { now });
    return t("console.plan.change", { before: `${repName(this.board, each.before_rep_id, each.before_rep_name ?? "")} ${clockOf(each.before_starts_at)}`, now });
  }

  async ask() {
    this.draw(await this.board.page.api.post("/api/reoptimisations", { station: this.station, gone: [...this.gone], ...this.whatIf.body }));
  }

  /** @param {Plan} plan @param {"application" | "dropping"} what */
  async act(plan, what) {
    const { page } = this.board;
    try {
      this.draw(await page.api.post(`/api/reoptimisations/${plan.id}/${what}`, { version: plan.version }));
      if (what === "application") page.toast.show({ t: "console.plan.applied" });
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) await this.read();
      throw error;
    }
  }
}

/** What became of a plan that is none any more. @param {Plan} plan */
function result(plan) {
  const tone = plan.state === "applied" ? "ok" : plan.state === "empty" ? "" : "warn";
  return note({ t: `console.plan.is.${plan.state}`, params: { time: i18n.time(plan.changed_at) }, icon: tone === "ok" ? "done" : "info", tone, role: "status" });
}

/** Before and after. @param {Plan} plan */
function figures({ before, after }) {
  if (!before || !after) return null;
  const says = (/** @type {typeof FIGURES[number]} */ key, /** @type {number} */ value) => (key === "unserved" ? i18n.number(value) : value ? duration(i18n, value) : "–");
  return h("table", { class: "console-figures" },
    h("thead", null, h("tr", null, h("td", null), h("th", { scope: "col", t: "console.plan.before" }), h("th", { scope: "col", t: "console.plan.after" }))),
    h("tbody", null, FIGURES.map((key) => h("tr", { data: { better: after[key] < before[key], worse: after[key] > before[key] } },
      h("th", { scope: "row", t: `console.plan.${key}` }), h("td", { class: "number", text: says(key, before[key]) }), h("td", { class: "number", text: says(key, after[key]) })))));
}

