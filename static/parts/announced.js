// What the utility announces, in the reader's language: one announcement as a boxed remark, and those that hold at a
// place, kept fresh by hints. The words come whole from the server, as text.

import { h } from "parts/dom.js";
import { note } from "parts/chip.js";
import { redraw } from "parts/redraw.js";
import { i18n, t } from "parts/words.js";

/** @typedef {{title: string, known: string, when: string, why: string, where: string, extra: string}} Words */
/**
 * @typedef {{id: string, kind: string, cause: string, state: string, phase: "coming" | "now" | "overdue", starts_at: string, ends_at: string | null,
 *   moved_from: string | null, advice: string[], bowser: string, contact: string, connections: number | null, texts: Record<string, Words>,
 *   published_at: string | null, changed_at: string}} Told
 */
/** @typedef {{lon: number, lat: number}} Point */

export const ANNOUNCED = "announcements:all";
const MOMENT = /** @type {Intl.DateTimeFormatOptions} */ ({ month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });

/** In the reader's language. @param {Told} told @returns {Words} */
export function wordsOf({ texts }) {
  return /** @type {Words} */ (texts[i18n.locale] ?? texts["en"]);
}

/** What it means for whoever is there: first that we know, then until when, then what helps. @param {Told} told @param {{head?: Node | false, open?: boolean}} [how] */
export function announcedNote(told, { head, open = false } = {}) {
  const words = wordsOf(told);
  const coming = told.phase === "coming";
  return note({ text: coming ? words.title : words.known, icon: "drop", tone: coming ? "brand" : "warn" },
    ...[
      head,
      coming && h("p", { class: "number", text: words.when }),
      told.phase === "overdue" && h("p", { t: "announcements.overdue" }),
      told.moved_from && h("p", { t: "announcements.moved", params: { time: i18n.time(told.moved_from, MOMENT) } }),
      words.extra && h("p", { class: "announced-said", text: words.extra }),
      h("details", { class: "announced-more", open }, h("summary", null, h("span", { t: "announcements.details" })), announcedFacts(told)),
    ].filter((part) => part !== undefined && part !== null && part !== false && part !== "").map((part) => /** @type {Node} */ (part)));
}

/** Where, when, why, what to do. @param {Told} told */
export function announcedFacts(told) {
  const words = wordsOf(told);
  return h("div", { class: "stack announced-facts" },
    h("dl", null,
      h("dt", { t: "announcements.where.title" }), h("dd", { text: words.where }),
      h("dt", { t: "announcements.when.title" }), h("dd", { class: "number", text: words.when }),
      h("dt", { t: "announcements.why.title" }), h("dd", { text: words.why }),
      told.advice.length > 0 && [h("dt", { t: "announcements.do.title" }), h("dd", null, h("ul", null, told.advice.map((each) => h("li", { t: `announcements.advice.${each}` }))))]),
    told.bowser && h("p", { t: "announcements.bowser", params: { place: told.bowser } }),
    told.contact && h("p", { t: "announcements.contact", params: { contact: told.contact } }));
}

/** What is announced at a place, for as long as that is what is looked at. Its element is hidden where there is nothing. */
export class AnnouncedHere {
  /** @param {import("parts/page.js").Page} page @param {{draw: (told: Told[]) => Node[]}} how */
  constructor(page, { draw }) {
    this.page = page;
    this.drawn = draw;
    /** @type {Point | null} */
    this.point = null;
    /** @type {Told[]} */
    this.told = [];
    /** @type {(() => void) | null} */
    this.leave = null;
    this.element = h("section", { class: "announced-here stack", label: "common.announced.here", hidden: true });
    addEventListener("language", () => this.show());
  }

  /** @param {Point | null} point @param {boolean} live whether there is a session, and hints may come */
  at(point, live = true) {
    if (point?.lon === this.point?.lon && point?.lat === this.point?.lat) return;
    this.point = point;
    this.told = [];
    this.show();
    if (live && point) this.leave ??= this.page.live.subscribe(ANNOUNCED, (hint) => void this.read(hint !== null));
    void this.read();
  }

  /** @param {boolean} [changed] */
  async read(changed = false) {
    const { point } = this;
    if (!point) return;
    try {
      const told = await this.page.api.get("/api/announcements/at", { query: point, ...(changed && { cache: "no-cache" }) });
      if (point !== this.point) return;
      this.told = told;
      if (told.length) await i18n.add("announcements");
    } catch {
      return; // what was told stays; the banner says that there is no line
    }
    this.show();
  }

  show() {
    this.element.hidden = !this.told.length;
    redraw(this.element, () => this.element.replaceChildren(...(this.told.length ? this.drawn(this.told) : [])));
  }

  stop() {
    this.leave?.();
    this.leave = null;
    this.point = null;
  }
}

/** A line of a list: what, where, when. @param {Told} told */
export function announcedLine(told) {
  const words = wordsOf(told);
  return [h("b", { text: words.title }), h("small", { text: [words.where, words.when].filter(Boolean).join(" · ") || t("announcements.none") })];
}
