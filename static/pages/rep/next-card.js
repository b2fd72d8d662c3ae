// The next stop, large: where, what, when, and the one thing to do now.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { chip } from "parts/chip.js";
import { duration } from "lib/time.js";
import { lasting } from "parts/lasting.js";
import { i18n } from "parts/words.js";
import { keptNote } from "pages/rep/chain-card.js";
import { declineAction, mainAction } from "pages/rep/actions.js";
import { announcedChip } from "pages/rep/announced.js";
import { withChip } from "pages/rep/companion-card.js";
import { siteWords } from "pages/rep/site-card.js";
import { heardOf } from "pages/rep/told.js";
import { navigate } from "pages/rep/navigate.js";
import { lateChip, startKey, stateChip, title, when } from "pages/rep/stop-row.js";

/** @param {import("pages/rep/overlay.js").Stop} stop @param {import("pages/rep/work.js").Work} work @param {import("pages/rep/places.js").Places} places @param {import("parts/page.js").Page} page @param {import("pages/rep/sites.js").Sites} sites */
export function nextCard(stop, work, places, page, sites) {
  const { task } = stop;
  return h("article", { class: "card rep-next", "aria-labelledby": "rep-next-title" },
    h("p", { class: "rep-eyebrow", t: `rep.next.${task.state}` }),
    h("h2", { id: "rep-next-title", text: task.address || title(task) }),
    h("p", { class: "rep-what" }, h("b", { text: title(task) }), task.zone && h("span", { class: "muted", text: ` · ${task.zone.code}` })),
    h("div", { class: "cluster" }, stateChip(task), withChip(task), lateChip(task), announcedChip(work.announced, task.id), stop.waiting && chip({ t: "rep.sync.not_sent", icon: "queue", tone: "warn" })),
    h("dl", { class: "rep-facts" },
      h("div", null, h("dt", { t: startKey(task) }), h("dd", { class: "number", text: when(stop) })),
      h("div", null, h("dt", { t: "rep.drive" }), h("dd", { class: "number", text: duration(i18n, stop.travel_s) })),
      task.state === "on_site"
        ? h("div", null, h("dt", { t: "rep.so_far" }), h("dd", null, lasting(stop.starts_at)))
        : h("div", null, h("dt", { t: "rep.work_time" }), h("dd", { class: "number", text: duration(i18n, task.duration_s) }))),
    siteWords(sites, task.id),
    heardOf(task),
    keptNote(task, work),
    mainAction(stop, work, page, sites),
    declineAction(stop, work, page),
    h("div", { class: "cluster rep-pair" },
      task.lat !== null && button({ t: "rep.navigate", icon: "navigate", action: () => navigate(task, page) }),
      button({ t: "rep.open", icon: "list", action: () => places.open(task.id) })));
}
