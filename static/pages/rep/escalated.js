// What became of what one escalated, and what was put to one: with whom it is, until when, and that it went on.

import { ApiError } from "lib/api.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { chip } from "parts/chip.js";
import { icon } from "parts/icon.js";
import { i18n, nameOf, t } from "parts/words.js";
import { callAt } from "pages/rep/escalate.js";
import { title } from "pages/rep/stop-row.js";
import { spaced } from "lib/phone.js";

/** @typedef {{id: string, name: string, name_en: string}} Person */
/** @typedef {{id: string, task_id: string, address: string, category: string, fault: string, kind: string, state: string, holder: Person, opened_at: string, due_at: string | null, climbs: number, task_state: string, mine: boolean}} Mine */
/** @typedef {{id: string, version: number, task_id: string, address: string, category: string, fault: string, severity: string, kind: string, reason: string, rep: Person, rep_phone: string, due_at: string | null}} Put */

const KEPT = "escalations";

export class Escalated extends EventTarget {
  /** @param {import("pages/rep/work.js").Work} work @param {import("parts/page.js").Page} page */
  constructor(work, page) {
    super();
    this.work = work;
    this.page = page;
    /** @type {{own: Mine[], put_to_me: Put[]}} */
    this.heard = { own: [], put_to_me: [] };
    /** @type {Date | null} */
    this.asked = null;
    work.escalated = this;
    work.addEventListener("change", () => void this.follow());
  }

  async start() {
    this.heard = (await this.work.store.get("facts", KEPT)) ?? this.heard;
    await this.follow();
  }

  /** Asked for whenever the day is: the one hint brings both. */
  async follow() {
    if (!this.work.fresh || this.asked === this.work.heardAt) return;
    this.asked = this.work.heardAt;
    try {
      const heard = await this.page.api.get("/api/rep/escalations");
      if (this.work.over) return;
      this.heard = heard;
      await this.work.store.put("facts", heard, KEPT).catch(() => undefined); // without room: there until the page is closed
      this.dispatchEvent(new Event("change"));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.asked = null; // asked again with the next news
    }
  }

  /** What stands above the day. @returns {HTMLElement[]} */
  cards() {
    const seen = new Set(this.work.seen);
    return [
      ...this.heard.put_to_me.map((each) => this.put(each)),
      ...this.heard.own.filter((each) => !seen.has(mark(each))).map((each) => this.own(each)),
    ];
  }

  /** @param {Put} each */
  put(each) {
    const send = async (/** @type {string} */ what, /** @type {string} */ said) => {
      try {
        await this.page.api.post(`/api/rep/escalations/${each.id}/${what}`, { version: each.version });
        this.page.toast.show({ t: said });
      } finally {
        void this.work.sync(); // also where somebody was quicker
      }
    };
    return h("article", { class: "card rep-told rep-put", data: { tone: each.kind === "danger" ? "bad" : null } },
      h("h3", { t: "rep.put.title", params: { name: nameOf(each.rep), kind: t(`rep.reason.${each.kind}`) } }),
      h("p", { text: where(each) }),
      h("p", { class: "rep-words", text: each.reason }),
      each.due_at && h("p", { t: "rep.put.until", params: { time: clock(each.due_at) } }),
      h("div", { class: "cluster" },
        button({ t: "rep.put.take", icon: "hand", kind: "primary", action: () => send("taking", "rep.put.taken") }),
        button({ t: "rep.put.pass", icon: "up", action: () => send("passing", "rep.put.passed") }),
        each.rep_phone && h("a", { class: "button", href: `tel:${each.rep_phone}` }, icon("phone"), h("span", { class: "number nowrap", text: spaced(each.rep_phone) }))));
  }

  /** @param {Mine} each */
  own(each) {
    const open = each.state !== "ended";
    return h("article", { class: "card rep-told rep-escalated", data: { tone: open && each.kind === "danger" ? "bad" : null, state: each.state } },
      h("h3", { t: "rep.escalated.title", params: { kind: t(`rep.reason.${each.kind}`) } }),
      h("p", { text: where(each) }),
      h("p", { text: stands(each) }),
      open && each.climbs > 0 && chip({ t: "rep.escalated.climbed", params: { count: each.climbs }, icon: "up", tone: "warn" }),
      open && each.kind === "danger" && callAt(this.page.shell.phone),
      !open && button({ t: "rep.told.seen", kind: "quiet", action: () => this.work.see(mark(each)) }));
  }
}

/** @param {Mine} each */
function stands({ state, holder, due_at, mine, task_state }) {
  if (state === "waiting" && due_at) return t("rep.escalated.waiting", { name: nameOf(holder), time: clock(due_at) });
  if (state !== "ended") return t("rep.escalated.taken", { name: nameOf(holder) });
  return mine ? t("rep.escalated.mine") : t("rep.escalated.ended", { state: t(`common.task_state.${task_state}`) });
}

/** A time of today as hours and minutes, of another day with its date. @param {string} at */
function clock(at) {
  return i18n.date(at) === i18n.date(new Date()) ? i18n.time(at) : i18n.time(at, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
}

/** @param {Mine} each */
function mark({ id, state }) {
  return `escalation:${id}:${state}`;
}

/** @param {{address: string, category: string, fault: string}} about */
function where(about) {
  return [title(/** @type {import("pages/rep/overlay.js").Task} */ (/** @type {unknown} */ (about))), about.address].filter(Boolean).join(" · ");
}
