// What is known of the places of the day's stops, and the codes to show at their doors: kept on this phone like the day
// itself, gate and door codes until their day is over. Dispatches `change`.

import { ApiError } from "lib/api.js";
import { hasOld, withoutOld, withSaid } from "lib/site-notes.js";

/** @typedef {import("lib/site-notes.js").StopSite} StopSite */
/** @typedef {import("lib/site-notes.js").SiteNote} SiteNote */
/** @typedef {{task_id: string, code: string, ends_at: string, checked_at: string | null, locked: boolean}} DoorCode */

const KEPT = "sites";
const LOOK_MS = 30_000;
const MOST_PICTURES = 24;

export class Sites extends EventTarget {
  /** @param {import("pages/rep/work.js").Work} work @param {import("parts/page.js").Page} page */
  constructor(work, page) {
    super();
    this.work = work;
    this.page = page;
    /** @type {StopSite[]} as the house has them */
    this.stops = [];
    /** @type {DoorCode[]} */
    this.codes = [];
    /** @type {Set<string>} pictures that are on this phone */
    this.fetched = new Set();
    /** @type {Date | null} */
    this.asked = null;
    work.addEventListener("change", () => void this.follow());
  }

  async start() {
    const kept = await this.work.store.get("facts", KEPT);
    if (kept && !this.asked) [this.stops, this.codes] = [kept.stops, kept.codes];
    await this.tidy();
    setInterval(() => void this.tidy(), LOOK_MS);
    document.addEventListener("visibilitychange", () => void this.tidy());
    this.tell();
    await this.follow();
  }

  /** Codes go when their day is over, whether or not there is a network. */
  async tidy() {
    const now = Date.now();
    if (!hasOld(this.stops, now) && !this.codes.some(({ ends_at }) => Date.parse(ends_at) <= now)) return;
    this.stops = withoutOld(this.stops, now);
    this.codes = this.codes.filter(({ ends_at }) => Date.parse(ends_at) > now);
    await this.keep();
    this.tell();
  }

  /** Asked for whenever the day is: the one hint brings both. */
  async follow() {
    this.tell();
    if (!this.work.fresh || this.asked === this.work.heardAt) return;
    this.asked = this.work.heardAt;
    try {
      const [sites, codes] = await Promise.all([this.page.api.get("/api/rep/sites"), this.page.api.post("/api/rep/door-codes")]);
      if (this.work.over) return;
      [this.stops, this.codes] = [withoutOld(sites.stops, Date.now()), codes];
      await this.keep();
      void this.fetchPictures();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // asked again with the next news
    }
    this.tell();
  }

  /** Photos of what is buried are there without a network; the page's worker keeps them. */
  async fetchPictures() {
    const urls = this.stops.flatMap(({ notes }) => notes.flatMap(({ photo_url: url }) => (url && !this.fetched.has(url) ? [url] : [])));
    for (const url of new Set(urls.slice(0, MOST_PICTURES))) {
      if (this.work.over) return;
      this.fetched.add(url);
      await fetch(this.page.api.picture(url)).catch(() => this.fetched.delete(url));
    }
  }

  async keep() {
    if (this.work.over) return;
    await this.work.store.put("facts", { stops: this.stops, codes: this.codes }, KEPT).catch(() => {}); // without room: there until the page is closed
  }

  /** What is known of a stop's place, with what was said here and is not sent yet. @param {string} task @returns {StopSite} */
  of(task) {
    const known = this.stops.find(({ task_id }) => task_id === task) ?? { task_id: task, notes: [], codes_until: null, unread: [] };
    return withSaid(known, this.work.waiting.filter((action) => action.task_id === task));
  }

  /** Dangers that have to be read before setting off there. @param {string} task */
  unread(task) {
    const { notes, unread } = this.of(task);
    return notes.filter(({ id }) => unread.includes(id));
  }

  /** @param {string} task @returns {DoorCode | undefined} */
  code(task) {
    return this.codes.find(({ task_id, ends_at }) => task_id === task && Date.parse(ends_at) > Date.now());
  }

  /** @param {"site_note" | "site_renewal" | "site_dispute" | "danger_read"} kind @param {string} task @param {object} body */
  async say(kind, task, body) {
    await this.work.act(kind, task, body);
    this.tell();
  }

  tell() {
    this.dispatchEvent(new Event("change"));
  }
}
