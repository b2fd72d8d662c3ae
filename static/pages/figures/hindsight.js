// A day that is over, against somebody who had known all of it: one number, and its five costliest decisions.

import { duration } from "lib/time.js";
import { attempt, button } from "parts/button.js";
import { note } from "parts/chip.js";
import { h } from "parts/dom.js";
import { failed, nothing, skeleton } from "parts/empty.js";
import { redraw } from "parts/redraw.js";
import { i18n, t } from "parts/words.js";
import { sentence } from "pages/figures/sentence.js";
import { called, dayOf } from "pages/figures/words.js";

/** @typedef {import("pages/figures/sentence.js").Decision} Decision */
/** @typedef {import("pages/figures/sentence.js").Cost} Cost */
/** @typedef {import("pages/figures/words.js").Names} Names */
/**
 * @typedef {{day: string, last_day: string, station: string | null, state: "counted" | "waiting" | "uncounted" | "refused" | "empty", refused: string | null,
 *   ratio: number | null, counted_at: string | null, people: number, stops: number, driven: Cost, known: Cost, decisions: Decision[],
 *   stations: {names: Names, state: string, ratio: number | null}[]}} Told
 */

export class Hindsight {
  /** @param {import("parts/page.js").Page} page */
  constructor(page) {
    this.page = page;
    const asked = new URLSearchParams(location.search);
    this.asked = { day: asked.get("day") ?? "", station: asked.get("station") ?? "" };
    /** @type {Told | null} */
    this.told = null;
    this.day = h("input", { class: "input", type: "date", label: "figures.hindsight.day", on: { change: () => this.choose({ day: this.day.value }) } });
    this.station = h("select", { class: "input", label: "figures.hindsight.station", on: { change: () => this.choose({ station: this.station.value }) } });
    this.again = button({ t: "figures.hindsight.again", icon: "again", "data-id": "count-again", action: (event) => attempt(event.currentTarget, () => this.count()) });
    this.body = h("div", { class: "stack", "aria-live": "polite" }, skeleton(3));
    this.element = h("section", { class: "card figures-hindsight" },
      h("h2", { t: "figures.hindsight" }),
      h("p", { class: "muted", t: "figures.hindsight.about" }),
      h("div", { class: "figures-bar" }, this.day, this.station, this.again),
      this.body);
    page.live.subscribe("hindsight", () => void this.read());
  }

  /** @param {Partial<{day: string, station: string}>} change */
  choose(change) {
    this.asked = { ...this.asked, ...change };
    const kept = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(this.asked)) {
      if (value) kept.set(name, value);
      else kept.delete(name);
    }
    history.replaceState(history.state, "", `${location.pathname}${kept.size ? `?${kept}` : ""}`);
    void this.read();
  }

  async read() {
    const asked = this.asked;
    this.body.setAttribute("aria-busy", "true");
    try {
      const told = await this.page.api.get("/api/hindsight", { query: { ...(asked.day && { day: asked.day }), ...(asked.station && { station: asked.station }) } });
      if (asked !== this.asked) return;
      this.told = told;
      this.draw();
    } catch (error) {
      if (asked !== this.asked) return;
      this.told = null;
      this.again.hidden = true;
      this.body.replaceChildren(failed(error, () => this.read()));
    } finally {
      if (asked === this.asked) this.body.removeAttribute("aria-busy");
    }
  }

  async count() {
    const { told } = this;
    if (!told?.station) return;
    this.told = await this.page.api.post("/api/hindsight/counts", { day: told.day, station: told.station });
    this.draw();
  }

  draw() {
    const { told } = this;
    if (!told) return;
    this.day.value = told.day;
    this.day.max = told.last_day;
    this.again.hidden = told.state === "empty" || told.state === "waiting";
    this.station.hidden = !told.stations.length;
    redraw(this.station, () => this.station.replaceChildren(...told.stations.map(({ names, ratio }) =>
      h("option", { value: names.code, selected: names.code === told.station, text: ratio === null ? called({ key: names.code, names }) : `${called({ key: names.code, names })} · ${times(ratio)}` }))));
    redraw(this.body, () => this.body.replaceChildren(...this.content(told)));
  }

  /** @param {Told} told */
  content(told) {
    const day = dayOf(told.day);
    if (told.state === "empty") return [nothing({ t: "figures.hindsight.empty", params: { day }, icon: "calendar" })];
    if (told.state === "waiting") return [note({ t: "figures.hindsight.waiting", icon: "again", tone: "warn" })];
    if (told.state === "uncounted") return [nothing({ t: "figures.hindsight.uncounted", more: "figures.hindsight.uncounted.more", params: { day }, icon: "calendar" })];
    if (told.state === "refused") return [note({ t: `figures.hindsight.refused.${told.refused === "station_too_large" ? "too_large" : "lost"}`, icon: "alert", tone: "warn" })];
    return [
      h("p", { class: "figures-ratio" },
        told.ratio !== null && h("b", { class: "number", text: times(told.ratio) }),
        h("span", { t: told.ratio === null || told.ratio < 1.005 ? "figures.hindsight.even" : "figures.hindsight.ratio" })),
      h("p", { class: "muted", text: t("figures.hindsight.sums", {
        stops: told.stops, people: told.people,
        travel: span(told.driven.travel_s), known_travel: span(told.known.travel_s),
      }) }),
      told.driven.late_s + told.known.late_s >= 60 && h("p", { class: "muted", text: t("figures.hindsight.late", { late: span(told.driven.late_s), known_late: span(told.known.late_s) }) }),
      told.decisions.length
        ? h("ol", { class: "figures-decisions" }, told.decisions.map(row))
        : h("p", { t: "figures.hindsight.none" }),
    ].filter((each) => each !== false);
  }
}

/** @param {Decision} decision */
function row(decision) {
  const { task } = decision;
  const what = task.fault && i18n.has(`faults.${task.fault}`) ? t(`faults.${task.fault}`) : t(`common.category.${task.category}`);
  return h("li", { data: { kind: decision.kind } },
    h("p", { text: sentence(decision) }),
    h("a", { class: "figures-task", href: `/console#task=${task.id}` }, h("span", { text: [what, task.zone, task.address].filter(Boolean).join(" · ") })));
}

/** @param {number} ratio */
function times(ratio) {
  return `${i18n.number(ratio, { minimumFractionDigits: 2, maximumFractionDigits: 2 })}×`;
}

/** @param {number} seconds */
function span(seconds) {
  return seconds < 60 ? t("figures.hindsight.nothing") : duration(i18n, seconds);
}
