// What this place has seen: who answered last time, earlier visits with their pictures, the meter and its readings, what is
// promised, the zone. Works without a network.

import { h } from "parts/dom.js";
import { chip } from "parts/chip.js";
import { drawnFrom } from "parts/redraw.js";
import "parts/photo.js";
import { i18n, nameOf, t } from "parts/words.js";
import { zoneName } from "pages/rep/place.js";

/** @typedef {import("pages/rep/place-history.js").PlaceSeen} PlaceSeen */
/** @typedef {import("pages/rep/place-history.js").EarlierVisit} EarlierVisit */

export class HistoryCard {
  /** @param {import("pages/rep/place-history.js").PlaceHistory} history @param {import("parts/page.js").Page} page */
  constructor(history, page) {
    this.history = history;
    this.page = page;
    this.content = h("div", { class: "stack" });
    this.count = h("span", { class: "muted" });
    this.element = h("details", { class: "card rep-history" }, h("summary", null, h("h3", { t: "rep.history" }), this.count), this.content);
    this.draw = drawnFrom(this.content);
    this.task = "";
    history.addEventListener("change", () => this.show(this.task));
  }

  /** @param {string} task */
  show(task) {
    if (task !== this.task) this.element.open = false;
    this.task = task;
    const seen = this.history.of(task);
    this.element.hidden = !seen;
    if (!seen) return;
    this.count.textContent = t("rep.history.count", { count: seen.visits.length });
    this.draw(seen, () => historyOf(seen, this.page));
  }
}

/** @param {PlaceSeen} seen @param {import("parts/page.js").Page} page @returns {HTMLElement[]} */
export function historyOf(seen, page) {
  const [last] = seen.visits;
  const who = last && [named(last.technician, last.technician_en), named(last.rep, last.rep_en)].filter(Boolean);
  return [
    last && who?.length ? h("p", { t: "rep.history.last", params: { names: i18n.list(who), date: i18n.date(last.at) } }) : null,
    ...seen.promises.map((promise) => h("p", { class: "cluster" }, chip({ t: "rep.history.promised", icon: "clock", tone: "warn" }), h("span", { text: promised(promise) }))),
    seen.meter && meter(seen.meter),
    seen.visits.length ? h("ol", { class: "rep-history-list" }, seen.visits.map((visit) => visitRow(visit, page))) : h("p", { class: "small muted", t: "rep.history.none" }),
    seen.more ? h("p", { class: "small muted", t: "rep.history.more" }) : null,
    seen.zone && zone(seen.zone),
  ].filter((part) => part !== null);
}

/** @param {string} name @param {string} name_en */
function named(name, name_en) {
  return name && nameOf({ name, name_en });
}

/** @param {import("pages/rep/place-history.js").Promised} promise */
function promised({ category, window_start, window_end, made_at }) {
  const what = t(`common.category.${category}`);
  if (!window_start || !window_end) return t("rep.history.open", { what, date: i18n.date(made_at) });
  return `${what} · ${i18n.date(window_start)} ${i18n.time(window_start)} – ${i18n.time(window_end)}`;
}

/** @param {NonNullable<PlaceSeen["meter"]>} meter */
function meter({ number, readings }) {
  return h("div", { class: "stack" },
    h("h4", { t: "rep.history.meter" }), number && h("p", { class: "number", text: number }),
    readings.length > 0 && h("table", { class: "rep-kept" }, h("tbody", null, readings.map((read) =>
      h("tr", null, h("td", { text: i18n.date(read.at) }), h("td", { text: read.label[i18n.language] ?? read.label["zh-Hans"] ?? "" }), h("td", { class: "number", text: `${i18n.number(read.value)} ${read.unit}` }))))));
}

/** @param {EarlierVisit} visit @param {import("parts/page.js").Page} page */
function visitRow(visit, page) {
  const known = visit.fault && i18n.has(`faults.${visit.fault}`);
  const kind = i18n.language === "zh-Hant" ? visit.type_name_zh_hant || visit.type_name : nameOf({ name: visit.type_name, name_en: visit.type_name_en });
  const names = [named(visit.technician, visit.technician_en), named(visit.rep, visit.rep_en)].filter(Boolean);
  const pictures = [...visit.stills, ...visit.photos.map(({ url }) => url)];
  return h("li", { class: "stack" },
    h("p", { class: "cluster" }, h("b", { text: known ? t(`faults.${visit.fault}`) : kind || t(`common.category.${visit.category}`) }), h("span", { class: "muted number", text: i18n.date(visit.at) })),
    visit.note && h("blockquote", { text: visit.note }),
    names.length > 0 && h("p", { class: "small muted", text: i18n.list(names) }),
    pictures.length > 0 && h("div", { class: "rep-photos" }, pictures.map((url, index) => {
      const tile = /** @type {import("parts/photo.js").Photo} */ (h("cs-photo"));
      tile.show({ src: page.api.picture(url), number: index + 1 });
      tile.querySelector("img")?.addEventListener("error", () => tile.remove()); // not, or no longer, for this person
      return tile;
    })));
}

/** @param {NonNullable<PlaceSeen["zone"]>} zone */
function zone(zone) {
  return h("dl", { class: "rep-plan" },
    h("dt", { t: "rep.history.zone" }), h("dd", { text: `${zoneName(zone)} · ${zone.code}` }),
    zone.critical_point && [h("dt", { t: "rep.history.critical" }), h("dd", { text: zone.critical_point })],
    zone.night_flow !== null && [h("dt", { t: "rep.history.night_flow" }), h("dd", { class: "number", text: `${i18n.number(zone.night_flow)} m³/h` })],
    zone.target_percent !== null && [h("dt", { t: "rep.history.target" }), h("dd", { class: "number", text: `${i18n.number(zone.target_percent)} %` })]);
}
