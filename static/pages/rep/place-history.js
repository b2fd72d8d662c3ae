// What the places of the day's open stops have seen before: kept on this phone until the day is over, pictures with it.
// Dispatches `change`.

import { ApiError } from "lib/api.js";

/**
 * @typedef {{task_id: string, at: string, state: string, category: string, fault: string, ownership: string, type_name: string, type_name_zh_hant: string,
 *   type_name_en: string, technician: string, technician_en: string, rep: string, rep_en: string, note: string,
 *   photos: {url: string, width: number, height: number}[], stills: string[]}} EarlierVisit
 */
/** @typedef {{task_id: string, state: string, category: string, made_at: string, window_start: string | null, window_end: string | null, made_by: string}} Promised */
/**
 * @typedef {{task_id: string, visits: EarlierVisit[], more: boolean, meter: {number: string, readings: {at: string, label: Record<string, string>, value: number, unit: string}[]} | null,
 *   promises: Promised[], zone: {code: string, name: string, name_zh_hant: string, name_en: string, status: string, critical_point: string, night_flow: number | null, target_percent: number | null} | null}} PlaceSeen
 */

const KEPT = "history";
const STALE_MS = 300_000;
const LOOK_MS = 60_000;
const DAY_MS = 86_400_000;
/** No day's history is larger than this; pictures of so many visits are fetched before they are asked for. */
const MOST_BYTES = 2_000_000;
const MOST_PICTURES = 24;

export class PlaceHistory extends EventTarget {
  /** @param {import("pages/rep/work.js").Work} work @param {import("parts/page.js").Page} page */
  constructor(work, page) {
    super();
    this.work = work;
    this.page = page;
    /** @type {PlaceSeen[]} */
    this.places = [];
    this.until = 0;
    this.tasks = "";
    this.askedAt = 0;
    work.addEventListener("change", () => void this.follow());
  }

  async start() {
    const kept = await this.work.store.get("facts", KEPT);
    if (kept && !this.askedAt) [this.places, this.until] = [kept.places, kept.until];
    await this.tidy();
    setInterval(() => void this.tidy(), LOOK_MS);
    await this.follow();
  }

  /** The day is over: nothing of these places stays. */
  async tidy() {
    if (!this.places.length || Date.now() < this.until) return;
    const pictures = await caches.open("curbstop-pictures");
    for (const url of pictureUrls(this.places)) await pictures.delete(this.page.api.picture(url));
    this.places = [];
    await this.work.store.delete("facts", KEPT);
    this.tell();
  }

  async follow() {
    const tasks = (this.work.heard?.stops ?? []).map(({ task }) => task.id).sort().join();
    if (!this.work.fresh || (tasks === this.tasks && Date.now() - this.askedAt < STALE_MS)) return;
    [this.tasks, this.askedAt] = [tasks, Date.now()];
    try {
      const places = await this.page.api.get("/api/rep/places");
      if (this.work.over) return;
      this.places = places;
      this.until = endOfDay(Date.now(), this.page.shell.timezone, this.work.heard?.shift_end);
      const kept = { places, until: this.until };
      if (JSON.stringify(kept).length < MOST_BYTES) await this.work.store.put("facts", kept, KEPT).catch(() => {}); // without room: there until the page is closed
      void this.fetchPictures();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.tasks = ""; // asked again with the next news
    }
    this.tell();
  }

  /** So that they are there without a network; the page's worker keeps them. */
  async fetchPictures() {
    for (const url of pictureUrls(this.places).slice(0, MOST_PICTURES)) {
      if (this.work.over) return;
      await fetch(this.page.api.picture(url)).catch(() => {});
    }
  }

  /** @param {string} task @returns {PlaceSeen | undefined} */
  of(task) {
    return this.places.find(({ task_id }) => task_id === task);
  }

  tell() {
    this.dispatchEvent(new Event("change"));
  }
}

/** @param {PlaceSeen[]} places the newest visits of each place first */
function pictureUrls(places) {
  return places.flatMap(({ visits }) => visits.flatMap(({ photos, stills }) => [...stills, ...photos.map(({ url }) => url)]));
}

/** The next midnight where the work is, or the end of a night's shift. @param {number} now @param {string} timezone @param {string} [shiftEnd] */
function endOfDay(now, timezone, shiftEnd) {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: timezone, hour: "numeric", minute: "numeric", second: "numeric", hour12: false }).formatToParts(now);
  const [hour = 0, minute = 0, second = 0] = ["hour", "minute", "second"].map((type) => Number(parts.find((part) => part.type === type)?.value ?? 0) % (type === "hour" ? 24 : 60));
  const midnight = now + DAY_MS - ((hour * 60 + minute) * 60 + second) * 1000;
  const ends = shiftEnd ? Date.parse(shiftEnd) : 0;
  return ends > midnight && ends < midnight + DAY_MS / 2 ? ends : midnight;
}
