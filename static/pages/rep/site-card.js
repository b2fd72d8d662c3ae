// What is known of the place, on its task: dangers first. Each note can be said to be still so, or not so any more; more can
// be written. Below, the code by which the customer knows who stands there.

import { h } from "parts/dom.js";
import { attempt, button } from "parts/button.js";
import { chip, note as notice } from "parts/chip.js";
import { ask, sheet } from "parts/dialog.js";
import { icon } from "parts/icon.js";
import { drawnFrom } from "parts/redraw.js";
import { i18n, nameOf, t } from "parts/words.js";
import { writeNote } from "pages/rep/site-write.js";
import { findTap } from "pages/rep/tap-finder.js";

/** @typedef {import("lib/site-notes.js").SiteNote} SiteNote */
/** @typedef {import("pages/rep/overlay.js").Task} Task */
/** @typedef {import("pages/rep/sites.js").Sites} Sites */

export const LOOK = /** @type {Record<string, {icon: string, tone: "bad" | "warn" | "brand" | ""}>} */ ({
  danger: { icon: "alert", tone: "bad" }, dog: { icon: "hand", tone: "warn" }, gate: { icon: "shield", tone: "brand" },
  access: { icon: "navigate", tone: "" }, meter: { icon: "meter", tone: "" }, stop_tap: { icon: "drop", tone: "" },
});
const AT_THE_DOOR = ["accepted", "travelling", "on_site"];

export class SiteCard {
  /** @param {Sites} sites @param {import("parts/page.js").Page} page */
  constructor(sites, page) {
    this.sites = sites;
    this.page = page;
    this.list = h("div", { class: "stack" });
    this.door = h("div");
    /** @type {Task | null} */
    this.shown = null;
    this.element = h("section", { class: "card stack rep-site" },
      h("div", { class: "split" }, h("h3", { t: "rep.site.title" }),
        button({ t: "rep.site.add", icon: "plus", kind: "quiet", action: (event) => this.shown && attempt(event.currentTarget, () => writeNote(/** @type {Task} */ (this.shown), sites, page)) })),
      this.list, this.door);
    this.draw = drawnFrom(this.list);
    this.drawDoor = drawnFrom(this.door);
    sites.addEventListener("change", () => this.shown && this.show(this.shown));
  }

  /** @param {Task} task */
  show(task) {
    this.shown = task;
    const { notes } = this.sites.of(task.id);
    this.draw([task.id, task.state, notes], () => (notes.length ? [h("ul", { class: "rep-site-list" }, notes.map((note) => this.row(note, task)))] : [h("p", { class: "small muted", t: "rep.site.none" })]));
    const code = AT_THE_DOOR.includes(task.state) ? this.sites.code(task.id) : undefined;
    this.drawDoor(code ?? null, () => (code ? [this.proof(code)] : []));
  }

  /** @param {SiteNote} note @param {Task} task */
  row(note, task) {
    const look = LOOK[note.kind] ?? { icon: "info", tone: "" };
    const disputed = note.state === "disputed";
    const by = note.author && nameOf({ name: note.author, name_en: note.author_en });
    return h("li", { class: "rep-site-note", data: { kind: note.kind, state: note.state } },
      h("div", { class: "cluster" }, chip({ t: `rep.site.kind.${note.kind}`, ...look }),
        disputed && chip({ t: note.doubted_by === "customer" ? "rep.site.disputed.customer" : "rep.site.disputed", icon: "info", tone: "warn" }),
        note.waiting && chip({ t: "rep.sync.not_sent", icon: "queue", tone: "warn" })),
      note.text && h("p", { class: "rep-site-text", text: note.text }),
      (note.spot_lon !== null || note.photo_url || note.photo) && button({ t: "rep.tap.find", icon: "locate", data: { id: `find-${note.id}` }, action: (event) => attempt(event.currentTarget, () => findTap(note, this.sites, this.page)) }),
      note.gate_code && h("p", { class: "rep-site-code number", text: note.gate_code }),
      note.has_code && !note.gate_code && h("p", { class: "small muted", t: disputed ? "rep.site.code.disputed" : "rep.site.code.hidden" }),
      h("p", { class: "small muted", text: [by || t("rep.site.you"), i18n.date(note.written_at), t("rep.site.until", { date: i18n.date(note.expires_at) })].join(" · ") }),
      !disputed && note.ask_again && task.state === "on_site" && h("p", { t: "rep.site.ask_again" }),
      !disputed && h("div", { class: "cluster" },
        button({ t: "rep.site.still", icon: "check", kind: "quiet", data: { id: `still-${note.id}` }, ariaLabel: `${t("rep.site.still")}: ${t(`rep.site.kind.${note.kind}`)}`, action: async () => {
          await this.sites.say("site_renewal", task.id, { notes: [note.id] });
          this.page.toast.show({ t: "rep.site.did.still" });
        } }),
        button({ t: note.own ? "rep.site.take_back" : "rep.site.no_more", icon: "close", kind: "quiet", data: { id: `no-${note.id}` }, ariaLabel: `${t(note.own ? "rep.site.take_back" : "rep.site.no_more")}: ${t(`rep.site.kind.${note.kind}`)}`,
          action: (event) => attempt(event.currentTarget, () => this.dispute(note, task)) })));
  }

  /** @param {SiteNote} note @param {Task} task */
  async dispute(note, task) {
    const doubt = await sheet({ t: note.own ? "rep.site.take_back" : "rep.site.no_more", text: note.own ? "rep.site.take_back.more" : "rep.site.no_more.more",
      actions: [{ value: "gone", t: "rep.site.doubt.gone" }, { value: "wrong", t: "rep.site.doubt.wrong" }] });
    if (!doubt) return;
    await this.sites.say("site_dispute", task.id, { notes: [note.id], doubt });
    this.page.toast.show({ t: note.own ? "rep.site.did.taken_back" : "rep.site.did.disputed" });
  }

  /** @param {import("pages/rep/sites.js").DoorCode} code */
  proof(code) {
    const rep = this.sites.work.heard?.rep;
    const who = rep ? [nameOf(rep), rep.code, this.page.shell.utility || t("common.utility")].filter(Boolean).join(" · ") : "";
    return h("div", { class: "stack rep-door" },
      h("h3", { class: "cluster" }, icon("shield"), h("span", { t: "rep.door.title" })),
      code.locked
        ? notice({ t: "rep.door.locked", icon: "alert", tone: "bad" })
        : h("p", { class: "rep-door-code number", ariaLabel: code.code.split("").join(" "), role: "img", text: `${code.code.slice(0, 3)} ${code.code.slice(3)}` }),
      h("p", { text: who }),
      code.checked_at ? chip({ t: "rep.door.checked", icon: "check", tone: "ok", params: { time: i18n.time(code.checked_at) } }) : h("p", { class: "small muted", t: "rep.door.hint" }));
  }
}

/** What is dangerous there is read before anybody sets off; resolves to whether they may. @param {Sites} sites @param {string} task @returns {Promise<boolean>} */
export async function readDangers(sites, task) {
  const dangers = sites.unread(task);
  if (!dangers.length) return true;
  const said = await ask({ t: "rep.site.danger.title", firm: false,
    body: [h("ul", { class: "rep-site-list" }, dangers.map((note) => h("li", null, notice({ text: note.text || t("rep.site.kind.danger"), icon: "alert", tone: "bad" }),
      note.state === "disputed" && chip({ t: "rep.site.disputed", icon: "info", tone: "warn" }))))],
    actions: [{ value: "", t: "common.back" }, { value: "read", t: "rep.site.danger.read", kind: "primary", icon: "check" }] });
  if (said !== "read") return false;
  await sites.say("danger_read", task, { notes: dangers.map(({ id }) => id) });
  return true;
}

/** The same in a few words, for the card of the next stop. @param {Sites} sites @param {string} task @returns {HTMLElement | null} */
export function siteWords(sites, task) {
  const loud = sites.of(task).notes.filter(({ kind }) => kind === "danger" || kind === "dog" || kind === "gate");
  if (!loud.length) return null;
  const kinds = [...new Set(loud.map(({ kind }) => kind))];
  return h("div", { class: "cluster rep-site-words" }, kinds.map((kind) => chip({ t: `rep.site.kind.${kind}`, ...LOOK[kind] })));
}
