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
import { declineAction, mainAction, moreAction } from "pages/rep/actions.js";
import { heardOf } from "pages/rep/told.js";
import { TaskPlace } from "pages/rep/place.js";
import { ValveCard } from "pages/rep/valve-card.js";
import { lateChip, startKey, stateChip, title } from "pages/rep/stop-row.js";

/** @typedef {import("pages/rep/overlay.js").Stop} Stop */
/** @typedef {import("pages/rep/overlay.js").Task} Task */

export class TaskView {
  /** @param {import("pages/rep/work.js").Work} work @param {import("pages/rep/places.js").Places} places @param {import("parts/page.js").Page} page @param {import("pages/rep/shut-offs.js").ShutOffs} shutOffs */
  constructor(work, places, page, shutOffs) {
    this.work = work;
    this.places = places;
    this.page = page;
    this.evidence = new Evidence(page);
    this.place = new TaskPlace(work, page); // beside what is drawn again: a map taken off the page is gone
    this.valves = new ValveCard(shutOffs, page);
    this.head = h("div", { class: "stack" });
    this.content = h("div", { class: "stack rep-rest" });
    this.bar = h("div", { class: "bottom-bar rep-bar" });
    this.element = h("article", { class: "screen stack rep-task" }, this.head, this.place.element, this.valves.element, this.content, this.bar);
  }

  /** @param {Stop} stop */
  show(stop) {
    const { task } = stop;
    this.evidence.show(task);
    this.place.show(task);
    this.valves.show(task);
    redraw(this.head, () => this.head.replaceChildren(
      button({ t: "rep.back", icon: "back", kind: "quiet", class: "button rep-back", action: () => this.places.back() }),
      h("div", { class: "stack rep-title" },
        h("h2", { text: title(task) }),
        h("div", { class: "cluster" }, stateChip(task), severity(task), lateChip(task), stop.waiting && chip({ t: "rep.sync.not_sent", icon: "queue", tone: "warn" })))));
    const parts = [
      heardOf(task),
      this.evidence.element,
      verdict(task),
      customer(task),
      plan(stop),
    ];
    redraw(this.content, () => this.content.replaceChildren(...parts.filter((part) => part !== null)));
    const main = mainAction(stop, this.work, this.page);
    const more = moreAction(stop, this.work, this.page);
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
      h("dt", { t: "rep.work_time" }), h("dd", { text: duration(i18n, task.duration_s) }),
      task.state === "on_site" && [h("dt", { t: "rep.so_far" }), h("dd", null, lasting(starts_at))],
      h("dt", { t: "rep.skill" }), h("dd", { text: `${t(`common.skill.${task.skill}`)} · ${t("rep.level", { level: task.level })}` }),
      h("dt", { t: "rep.parts" }),
      h("dd", null, parts.length ? parts.map(([part, count]) => h("div", { text: `${partName(part)} × ${count}` })) : h("span", { t: "rep.parts.none" }))));
}

/** @param {string} part */
function partName(part) {
  const key = `faults.part.${part}`;
  const words = t(key);
  return words === key ? part.replaceAll("_", " ") : words;
}
