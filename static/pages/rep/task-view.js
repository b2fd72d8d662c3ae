// One task with everything already known: verdict, stills with marks, customer, parts, time.

import { spaced } from "lib/phone.js";
import { duration } from "lib/time.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { chip, note } from "parts/chip.js";
import { Evidence } from "parts/evidence.js";
import { icon } from "parts/icon.js";
import { redraw } from "parts/redraw.js";
import { lasting } from "parts/lasting.js";
import { i18n, nameOf, t } from "parts/words.js";
import { HistoryCard } from "pages/rep/history-card.js";
import { chainCard } from "pages/rep/chain-card.js";
import { companionCard } from "pages/rep/companion-card.js";
import { declineAction, mainAction, moreAction } from "pages/rep/actions.js";
import { heardOf } from "pages/rep/told.js";
import { TaskPlace } from "pages/rep/place.js";
import { SiteCard } from "pages/rep/site-card.js";
import { ValveCard } from "pages/rep/valve-card.js";
import { lateChip, startKey, stateChip, title } from "pages/rep/stop-row.js";

/** @typedef {import("pages/rep/overlay.js").Stop} Stop */
/** @typedef {import("pages/rep/overlay.js").Task} Task */

export class TaskView {
  /** @param {import("pages/rep/work.js").Work} work @param {import("pages/rep/places.js").Places} places @param {import("parts/page.js").Page} page @param {import("pages/rep/shut-offs.js").ShutOffs} shutOffs @param {import("pages/rep/check-in.js").CheckIn} checkIn @param {import("pages/rep/sites.js").Sites} sites @param {import("pages/rep/place-history.js").PlaceHistory} history */
  constructor(work, places, page, shutOffs, checkIn, sites, history) {
    this.work = work;
    this.places = places;
    this.checkIn = checkIn;
    this.page = page;
    this.evidence = new Evidence(page);
    this.place = new TaskPlace(work, page); // beside what is drawn again: a map taken off the page is gone
    this.sites = sites;
    this.site = new SiteCard(sites, page);
    this.history = new HistoryCard(history, page);
    this.valves = new ValveCard(shutOffs, page);
    this.head = h("div", { class: "stack" });
    this.content = h("div", { class: "stack rep-rest" });
    this.bar = h("div", { class: "bottom-bar rep-bar" });
    this.element = h("article", { class: "screen stack rep-task" }, this.head, this.place.element, this.site.element, this.history.element, this.valves.element, this.content, this.bar);
  }

  /** @param {Stop} stop */
  show(stop) {
    const { task } = stop;
    this.evidence.show(task);
    this.place.show(task);
    this.site.show(task);
    this.history.show(task.id);
    this.valves.show(task);
    redraw(this.head, () => this.head.replaceChildren(
      button({ t: "rep.back", icon: "back", kind: "quiet", class: "button rep-back", action: () => this.places.back() }),
      h("div", { class: "stack rep-title" },
        h("h2", { text: title(task) }),
        h("div", { class: "cluster" }, stateChip(task), severity(task), lateChip(task), stop.waiting && chip({ t: "rep.sync.not_sent", icon: "queue", tone: "warn" })))));
    const parts = [
      heardOf(task),
      companionCard(task),
      chainCard(task, this.work),
      this.work.announced?.card(task.id) ?? null,
      this.checkIn.card(task),
      task.state === "on_site" && task.type?.may_close === false ? note({ t: "rep.may_not_close", icon: "info", tone: "warn" }) : null,
      this.evidence.element,
      verdict(task),
      customer(task),
      plan(stop),
    ];
    redraw(this.content, () => this.content.replaceChildren(...parts.filter((part) => part !== null)));
    const main = mainAction(stop, this.work, this.page, this.sites);
    const more = moreAction(stop, this.work, this.page, this.sites);
    const no = declineAction(stop, this.work, this.page);
    redraw(this.bar, () => this.bar.replaceChildren(...[more, no, main].filter((part) => part !== null)));
  }
}

/** @param {Task} task */
function severity(task) {
  const tone = { urgent: "bad", major: "warn", minor: "" }[task.severity] ?? "";
  return chip({ t: `common.severity.${task.severity}`, icon: "alert", tone: /** @type {any} */ (tone) });
}

/** @param {Task} task */
function verdict(task) {
  const by = task.verdict["technician_name"] && nameOf({ name: task.verdict["technician_name"], name_en: task.verdict["technician_name_en"] });
  if (!task.ownership && !task.note) return null;
  return h("section", { class: "card stack" },
    h("h3", { t: "rep.verdict" }),
    task.ownership && h("p", null, h("b", { t: `common.ownership.${task.ownership}` }), " · ", h("span", { text: title(task) })),
    task.note && note({ text: task.note, icon: "chat" }),
    by && h("p", { class: "small muted", t: "rep.verdict.by", params: { name: by } }));
}

/** @param {Task} task */
function customer(task) {
  const { name, phone, language } = task.customer;
  if (!name && !phone) return null;
  return h("section", { class: "card stack" },
    h("h3", { t: "rep.customer" }),
    h("p", null, h("b", { text: name || t("rep.customer.unnamed") }), language && h("span", { class: "muted", text: ` · ${languageName(language)}` })),
    phone && h("a", { class: "button", href: `tel:${phone}` }, icon("phone"), h("span", { class: "number nowrap", text: spaced(phone) })));
}

/** A language by its name in the reader's. @param {string} language */
function languageName(language) {
  return new Intl.DisplayNames([i18n.language === "pseudo" ? "en" : i18n.language], { type: "language" }).of(language) ?? language;
}

/** @param {Stop} stop */
function plan({ task, starts_at }) {
  const parts = Object.entries(task.parts);
  return h("section", { class: "card" },
    h("dl", { class: "rep-plan" },
      h("dt", { t: startKey(task) }), h("dd", { class: "number", text: i18n.time(starts_at) }),
      h("dt", { t: "rep.window" }), h("dd", { class: "number", text: `${i18n.time(task.window_start)} – ${i18n.time(task.window_end)}` }),
      others(task),
      h("dt", { t: "rep.work_time" }), h("dd", { text: duration(i18n, task.duration_s) }),
      task.state === "on_site" && [h("dt", { t: "rep.so_far" }), h("dd", null, lasting(starts_at))],
      task.state === "done" && took("rep.travel_took", task.travel_took_s),
      task.state === "done" && took("rep.work_took", task.work_took_s),
      task.skill && [h("dt", { t: "rep.skill" }), h("dd", { text: `${t(`common.skill.${task.skill}`)} · ${t("rep.level", { level: task.level })}` })],
      h("dt", { t: "rep.parts" }),
      h("dd", null, parts.length ? parts.map(([part, count]) => h("div", { text: `${partName(part)} × ${count}` })) : h("span", { t: "rep.parts.none" }))));
}

/** What else the customer could do; what was planned is what they are told. @param {import("pages/rep/overlay.js").Task} task */
function others({ windows = [], window_start: chosen }) {
  const left = windows.filter(({ start, end }) => start !== chosen && new Date(end) > new Date());
  const day = (/** @type {string} */ at) => (i18n.date(at) === i18n.date(new Date()) ? i18n.time(at) : i18n.time(at, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" }));
  return left.length > 0 && [h("dt", { t: "rep.window.others" }), h("dd", { class: "number" }, left.map(({ start, end }) => h("div", { text: `${day(start)} – ${i18n.time(end)}` })))];
}

/** @param {string} key @param {number | null | undefined} seconds */
function took(key, seconds) {
  return seconds !== null && seconds !== undefined && [h("dt", { t: key }), h("dd", { text: duration(i18n, seconds) })];
}

/** @param {string} part */
function partName(part) {
  const key = `faults.part.${part}`;
  const words = t(key);
  return words === key ? part.replaceAll("_", " ") : words;
}
