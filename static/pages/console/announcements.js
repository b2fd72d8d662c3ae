// What is announced, and what is being written: a list, and one of them with its words, its counts and its versions.
// Reads what the map and the exceptions show, too. Dispatches `announced` on the board when that is something else.

import { h } from "parts/dom.js";
import { ANNOUNCED, announcedFacts, wordsOf } from "parts/announced.js";
import { attempt, button } from "parts/button.js";
import { chip, note } from "parts/chip.js";
import { ask } from "parts/dialog.js";
import { failed, nothing, skeleton } from "parts/empty.js";
import { redraw } from "parts/redraw.js";
import { i18n, t } from "parts/words.js";
import { announcementForm } from "pages/console/announcement-form.js";

/** @typedef {import("parts/announced.js").Told} Told */
/** @typedef {{number: number, kind: string, at: string, by: string | null, told: {ends_at?: string | null}}} Step */
/**
 * @typedef {Told & {version: number, source: string, zones: string[], area: any, classes: Record<string, number>, where: string, extra: Record<string, string>,
 *   exempt: string, task_id: string | null, passed_at: string | null, ended_at: string | null,
 *   faults: {code: string, where: string, params: Record<string, unknown>}[],
 *   overlaps: {id: string, kind: string, state: string, starts_at: string, ends_at: string | null}[], steps?: Step[]}} Announcement
 */

const TONES = /** @type {Record<string, import("parts/chip.js").Tone>} */ ({ draft: "", published: "ok", updated: "ok", ended: "", withdrawn: "" });
const MOMENT = /** @type {Intl.DateTimeFormatOptions} */ ({ month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
const HERE = "/api/announcements";

export class Announcements {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    /** @type {Announcement | null} the one that is looked at, with its versions */
    this.one = null;
    /** @type {unknown} */
    this.trouble = null;
    this.id = "";
    this.body = h("div", { class: "stack" }, skeleton(4));
    this.element = h("article", { class: "stack console-announcements" }, this.body);
    board.page.live.subscribe(ANNOUNCED, () => void this.read());
    board.addEventListener("announced", () => this.draw());
    addEventListener("language", () => this.draw());
  }

  /** @param {string} id `all`, or one of them */
  async show(id) {
    this.id = id;
    this.one = null;
    this.draw();
    await this.read();
  }

  async read() {
    const { board, id } = this;
    try {
      const looked = board.chosen?.kind === "announcement" && id && id !== "all";
      const [listed, one] = await Promise.all([board.page.api.get(HERE), looked ? board.page.api.get(`${HERE}/${id}`) : null]);
      board.announced = listed;
      if (id === this.id) this.one = one;
      this.trouble = null;
    } catch (error) {
      this.trouble = error;
    }
    board.dispatchEvent(new Event("announced"));
  }

  draw() {
    if (this.board.chosen?.kind !== "announcement") return;
    const { announced } = this.board;
    if (this.trouble && (!announced || (this.id !== "all" && !this.one))) return this.body.replaceChildren(failed(this.trouble, () => this.read()));
    if (!announced || (this.id !== "all" && !this.one)) return this.body.replaceChildren(skeleton(4));
    redraw(this.body, () => this.body.replaceChildren(...(this.one ? this.detail(this.one) : this.list(announced))));
  }

  /** @param {Announcement[]} announced @returns {Node[]} */
  list(announced) {
    return [
      h("div", { class: "stack console-title" }, h("h2", { t: "console.announce", tabindex: "-1" }), h("p", { class: "muted", t: "console.announce.lead" })),
      button({ t: "console.announce.new", icon: "plus", kind: "primary", "data-id": "new", action: (event) => attempt(event.currentTarget, () => announcementForm(this.board, null)) }),
      announced.length ? h("ol", { class: "rows" }, announced.map((each) => h("li", null, this.row(each)))) : nothing({ t: "console.announce.none", more: "console.announce.none.more", icon: "drop" }),
    ];
  }

  /** @param {Announcement} each */
  row(each) {
    const words = wordsOf(each);
    return h("button", { type: "button", class: "row", data: { id: each.id }, on: { click: () => this.board.choose({ kind: "announcement", id: each.id }) } },
      h("span", { class: "grow" }, h("b", { text: words.title }), h("small", { text: [words.where, words.when].filter(Boolean).join(" · ") })),
      standing(each));
  }

  /** @param {Announcement} each @returns {Node[]} */
  detail(each) {
    const words = wordsOf(each);
    const classes = Object.entries(each.classes).map(([name, count]) => t(`common.connection.${name}.count`, { count }));
    const parts = [
      h("div", { class: "stack console-title" }, h("h2", { text: words.title, tabindex: "-1" }), h("div", { class: "cluster" }, standing(each), chip({ t: `console.announce.source.${each.source}`, icon: "zone" }))),
      each.passed_at && note({ t: "console.announce.passed", params: { time: i18n.time(each.ends_at ?? "", MOMENT) }, icon: "clock", tone: "bad" }),
      each.faults.length > 0 && note({ t: "console.announce.faults", icon: "alert", tone: "bad" }, h("ul", null, each.faults.map(({ code, params }) => h("li", { text: i18n.coded(code, params) ?? code })))),
      each.overlaps.length > 0 && note({ t: "console.announce.overlaps", icon: "info", tone: "warn",
        params: { count: each.overlaps.length, others: i18n.list(each.overlaps.map(({ kind, starts_at }) => `${t(`announcements.kind.${kind}`)} ${i18n.time(starts_at, MOMENT)}`)) } }),
      this.does(each),
      h("p", null, h("b", each.connections === null ? { t: "console.announce.count.unknown" } : { t: "console.announce.count", params: { count: each.connections } }),
        classes.length > 0 && h("span", { class: "muted", text: ` · ${i18n.list(classes)}` })),
      announcedFacts(each),
      words.extra && h("p", { class: "announced-said", text: words.extra }),
      each.exempt && h("p", { class: "muted", text: `${t("console.announce.exempt")}: ${each.exempt}` }),
      h("div", { class: "cluster" },
        button({ t: "console.announce.map", icon: "map", kind: "quiet", "data-id": "map", action: () => this.board.dispatchEvent(new CustomEvent("ground", { detail: each })) }),
        each.task_id && button({ t: "console.promises.task", icon: "list", kind: "quiet", "data-id": "task", action: () => this.board.choose({ kind: "task", id: each.task_id ?? "" }) }),
        button({ t: "console.announce", icon: "back", kind: "quiet", "data-id": "all", action: () => this.board.choose({ kind: "announcement", id: "all" }) })),
      each.steps && h("section", { class: "stack" }, h("h3", { t: "console.announce.history" }), h("ol", { class: "console-history" }, each.steps.map((step) => h("li", null,
        h("time", { class: "number", datetime: step.at, text: i18n.time(step.at, MOMENT) }),
        h("span", { t: `console.announce.step.${step.kind}`, params: { name: step.by ?? "–", end: step.told.ends_at ? i18n.time(step.told.ends_at, MOMENT) : "–" } }))))),
    ];
    return /** @type {Node[]} */ (parts.filter(Boolean));
  }

  /** What can be done now; the likeliest first. @param {Announcement} each */
  does(each) {
    const live = each.state === "published" || each.state === "updated";
    if (!live && each.state !== "draft") return null;
    const edit = button({ t: "console.announce.edit", icon: "pen", "data-id": "edit", action: (event) => attempt(event.currentTarget, () => announcementForm(this.board, each)) });
    const withdraw = button({ t: "console.announce.withdraw", icon: "trash", kind: "quiet", "data-id": "withdraw", action: (event) => attempt(event.currentTarget, () => this.withdraw(each)) });
    const main = live
      ? button({ t: "console.announce.end", icon: "check", kind: "primary", "data-id": "end", action: () => this.move(each, "end") })
      : button({ t: "console.announce.publish", icon: "send", kind: "primary", "data-id": "publish", disabled: each.faults.length > 0, action: (event) => attempt(event.currentTarget, () => this.publish(each)) });
    return h("div", { class: "cluster" }, main, edit, withdraw);
  }

  /** @param {Announcement} each */
  async publish(each) {
    const words = wordsOf(each);
    const sure = await ask({ t: "console.announce.publish.sure", body: [h("p", { text: `${words.title} · ${words.where}` }), h("p", { class: "number", text: words.when })],
      actions: [{ value: "", t: "common.cancel" }, { value: "yes", t: "console.announce.publish", kind: "primary", icon: "send" }] });
    if (sure !== "yes") return;
    await this.move(each, "publication");
    this.board.page.toast.show({ t: "console.announce.published" });
  }

  /** @param {Announcement} each */
  async withdraw(each) {
    const sure = await ask({ t: "console.announce.withdraw.sure", text: "console.announce.withdraw.text",
      actions: [{ value: "", t: "common.cancel", kind: "primary" }, { value: "yes", t: "console.announce.withdraw", kind: "danger" }] });
    if (sure === "yes") await this.move(each, "withdrawal");
  }

  /** @param {Announcement} each @param {"publication" | "end" | "withdrawal"} what */
  async move({ id, version }, what) {
    try {
      await this.board.page.api.post(`${HERE}/${id}/${what}`, { version });
    } finally {
      await this.read(); // also where somebody was quicker
    }
  }
}

/** @param {Announcement} each */
function standing(each) {
  if (each.passed_at) return chip({ t: "announcements.phase.overdue", icon: "clock", tone: "bad" });
  return chip({ t: `console.announce.state.${each.state}`, icon: each.state === "draft" ? "pen" : "drop", tone: TONES[each.state] });
}
