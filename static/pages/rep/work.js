// The representative's day on this phone: the route as last heard, the actions that wait, the photos that belong to
// them. Everything is on the device first; the network is an afterthought. What was typed or photographed leaves the
// device only when the server has it, or when its owner throws it away. Dispatches `change`.

import { ApiError } from "lib/api.js";
import { Outbox } from "lib/outbox.js";
import { Store } from "lib/store.js";
import { withoutPhotos } from "lib/form-rules.js";
import { Draft } from "pages/rep/drafts.js";
import { Forms } from "pages/rep/forms.js";
import { withActions, withTaken } from "pages/rep/overlay.js";
import { whereThereIsRoom } from "pages/rep/storage.js";

/** @typedef {import("parts/page.js").Page} Page */
/** @typedef {import("lib/outbox.js").Action} Action */
/** @typedef {import("lib/outbox.js").Refused} Refused */
/** @typedef {import("pages/rep/overlay.js").Route} Route */
/** @typedef {import("pages/rep/overlay.js").Stop} Stop */
/** `sent`: the server has had it; `refused`: it never will. @typedef {{id: string, task_id: string, blob: Blob, sent?: boolean, refused?: string}} Photo */

export const STORE = "curbstop-rep";
export const OUTBOX = "curbstop-outbox";
/** How long a tap can be taken back. */
export const HOLD_MS = 10_000;
const SEEN_KEPT = 100;
/** Between two tries while something waits: from, to. */
const AGAIN_MS = [2_000, 60_000];
const LITTLE_ROOM = 50_000_000;

export class Work extends EventTarget {
  /** @param {Page} page @param {Store} store */
  constructor(page, store) {
    super();
    this.page = page;
    this.store = store;
    this.forms = new Forms(page.api, store);
    /** @type {import("pages/rep/announced.js").Announced | null} what is announced at the stops */
    this.announced = null;
    /** @type {import("pages/rep/escalated.js").Escalated | null} what went up from here, and what was put to its owner */
    this.escalated = null;
    /** @type {Route | null} as the server said last */
    this.heard = null;
    /** @type {Date | null} */
    this.heardAt = null;
    /** @type {Action[]} */
    this.waiting = [];
    /** @type {Refused[]} */
    this.refused = [];
    /** @type {string[]} what the person has been told and has put away */
    this.seen = [];
    /** Readings of the day that were begun, and the first of them that is not older than what is shown. */
    this.asked = this.newest = 0;
    /** Whether the day was read since the page was opened. */
    this.fresh = false;
    /** Whether the server tells this page of news by itself. */
    this.live = false;
    /** @type {unknown} why the last refresh failed */
    this.trouble = null;
    /** @type {Outbox} */
    this.outbox = /** @type {any} */ (null);
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.again = undefined;
    this.pause = AGAIN_MS[0] ?? 0;
    /** Whether the person has signed out: nothing more is read or kept for them. */
    this.over = false;
  }

  /** @param {Page} page */
  static async open(page) {
    const work = new Work(page, await Store.open(STORE, { facts: {}, photos: { keyPath: "id" } }));
    work.outbox = await Outbox.open((device, actions) => work.send(device, actions), OUTBOX);
    const { outbox } = work;
    outbox.addEventListener("change", () => void work.recount());
    outbox.addEventListener("applied", (event) => void work.applied(/** @type {CustomEvent} */ (event).detail));
    outbox.addEventListener("refused", (event) => work.saidNo(/** @type {CustomEvent} */ (event).detail));
    outbox.addEventListener("stopped", (event) => void work.stopped(/** @type {CustomEvent} */ (event).detail));
    const kept = await work.store.get("facts", "route");
    work.seen = (await work.store.get("facts", "seen")) ?? [];
    if (kept) [work.heard, work.heardAt] = [kept.route, new Date(kept.at)];
    await work.recount();
    return work;
  }

  /** The day as the person should see it. @returns {Route | null} */
  get route() {
    return this.heard && withActions(this.heard, this.waiting);
  }

  /** @param {string} taskId @returns {Stop | undefined} */
  stop(taskId) {
    return this.route?.stops.find((stop) => stop.task.id === taskId);
  }

  /**
   * Asks the server for the day; without a network the kept one stays. Several readings may be under way: one that was
   * overtaken, by another or by what the server has taken from here since, is older than what is shown.
   */
  async refresh() {
    const asked = ++this.asked;
    try {
      const route = await this.page.api.get("/api/rep/route");
      if (this.over || asked < this.newest) return;
      this.newest = asked;
      [this.heard, this.heardAt, this.trouble, this.fresh] = [route, new Date(), null, true];
      await whereThereIsRoom(() => this.store.put("facts", { route, at: new Date().toISOString() }, "route"));
      void this.forms.fetch(route.stops.map((/** @type {Stop} */ stop) => stop.task)).catch((error) => this.page.toast.fault(error));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code === "storage_full") this.full();
      else this.trouble = error;
    }
    this.tell();
  }

  /**
   * Takes an action: kept first, shown at once, sent when possible; with `hold`, when it can no longer be taken back.
   * @param {string} kind @param {string} taskId @param {{reason?: string, kind?: string, note?: string, proofs?: string[], form?: import("pages/rep/drafts.js").Filled | null, valve?: string, valve_state?: string, minutes?: number, site?: object, notes?: string[], doubt?: string}} [body] @param {{hold?: boolean}} [options]
   */
  async act(kind, taskId, body = {}, { hold = false } = {}) {
    const action = await whereThereIsRoom(() => this.outbox.add(kind, taskId, body, new Date(), hold ? HOLD_MS : 0));
    void this.sync();
    return action;
  }

  /** Sends what waits and asks for the day as it is now, whatever still waits. */
  async sync() {
    clearTimeout(this.again);
    if (this.over) return;
    try {
      await this.outbox.flush();
    } catch (error) {
      this.page.toast.fault(error);
    }
    await this.refresh();
    if (!this.waiting.length) {
      this.pause = AGAIN_MS[0] ?? 0;
      return;
    }
    const held = this.waiting.map((action) => (action.held_until ?? 0) - Date.now()).filter((left) => left > 0);
    this.again = setTimeout(() => void this.sync(), held.length ? Math.min(...held) + 50 : this.pause);
    this.pause = Math.min(this.pause * 2, AGAIN_MS[1] ?? 0);
  }

  /** The page goes out of sight: what could still be taken back goes now, for nobody looks any more. */
  async lookAway() {
    await this.outbox.release();
    await this.sync();
  }

  /** @param {string} device @param {Action[]} actions */
  async send(device, actions) {
    const ready = [];
    for (const action of actions) {
      const { id, sequence, kind, task_id, at } = action;
      ready.push({ id, sequence, kind, task_id, at, body: await this.withPhotos(action) });
    }
    return this.page.api.post("/api/device-actions", { device, actions: ready, sent_at: new Date().toISOString() }, { tries: 2 });
  }

  /** Photos go first; one that the server will never take is left out, stays here, and the person is told. @param {Action} action */
  async withPhotos(action) {
    const body = /** @type {Finished} */ (action.body);
    if (!body.proofs) return body;
    const sent = [];
    for (const id of body.proofs) {
      const photo = /** @type {Photo | undefined} */ (await this.store.get("photos", id));
      if (photo && !photo.sent && !(await this.upload(photo))) continue;
      if (!photo?.refused) sent.push(id);
    }
    return onlyWith(body, sent);
  }

  /** @param {Photo} photo @returns {Promise<boolean>} */
  async upload(photo) {
    if (photo.refused) return false;
    try {
      await this.page.api.upload(`/api/tasks/${photo.task_id}/proofs`, { file: photo.blob, name: "proof.jpg", fields: { client_id: photo.id } });
      await this.store.put("photos", { ...photo, sent: true });
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || error.passing || [401, 429].includes(error.status)) throw error;
      this.page.toast.fault(error);
      await this.store.put("photos", { ...photo, refused: error.code });
      return false;
    }
  }

  /** The server has it: it is part of the day as heard, and its photos need not stay. @param {Refused} answered */
  async applied({ action, result }) {
    if (result.conflict) this.page.toast.show({ t: "rep.report.stored", seconds: 12 });
    else if (this.heard) this.heard = withTaken(this.heard, action);
    this.newest = this.asked + 1; // what is being read may not have it yet
    for (const photo of await this.photosOf(action)) if (!photo.refused) await this.store.delete("photos", photo.id);
    await this.keepDay();
  }

  /** The day as it is shown, for a page that is opened without a network. */
  async keepDay() {
    if (this.over || !this.heard || !this.heardAt) return;
    const day = { route: this.heard, at: this.heardAt.toISOString() };
    try {
      await whereThereIsRoom(() => this.store.put("facts", day, "route"));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.full();
    }
  }

  /** A form that the server does not take, or misses, is a draft again, with all that was typed. @param {Refused} answer */
  saidNo({ action, result }) {
    const { code = "refused", message, params } = result.error ?? {};
    const { note = "", proofs = [], form } = /** @type {Finished} */ (action.body);
    if (code.startsWith("form_")) {
      const own = JSON.stringify(form?.answers ?? {}); // their photos belong to the form
      const kept = { note, form, photos: proofs.filter((id) => !own.includes(id)) };
      void Draft.restore(this.store, action.task_id, kept).then(() => this.outbox.discard(action.id));
    }
    this.page.toast.fault(new ApiError(code, 409, { message, params }));
  }

  /** A server restored from a backup has lost photos: those that are still here go up again. @param {{action: Action, code: string}} what */
  async stopped({ action, code }) {
    if (code !== "proof_unknown") return;
    const photos = await this.photosOf(action);
    for (const photo of photos) await this.store.put("photos", { ...photo, sent: false });
    await this.outbox.rewrite(action.id, onlyWith(/** @type {Finished} */ (action.body), photos.map((photo) => photo.id)));
    clearTimeout(this.again);
    this.again = setTimeout(() => void this.sync(), 1000);
  }

  /** @param {Action} action @returns {Promise<Photo[]>} those that are still on this phone */
  async photosOf(action) {
    const ids = /** @type {{proofs?: string[]}} */ (action.body).proofs ?? [];
    const found = await Promise.all(ids.map((id) => this.store.get("photos", id)));
    return found.filter(Boolean);
  }

  /** What was refused has been seen, and is thrown away. @param {Action} action */
  async discard(action) {
    for (const photo of await this.photosOf(action)) await this.store.delete("photos", photo.id);
    await this.outbox.discard(action.id);
  }

  /** @param {string} what the person has read and put away */
  async see(what) {
    this.seen = [...this.seen, what].slice(-SEEN_KEPT);
    await this.store.put("facts", this.seen, "seen");
    this.tell();
  }

  async recount() {
    [this.waiting, this.refused] = await Promise.all([this.outbox.waiting(), this.outbox.refused()]);
    this.page.banner.queued(this.waiting.filter((action) => !((action.held_until ?? 0) > Date.now())).length);
    this.tell();
  }

  tell() {
    this.dispatchEvent(new Event("change"));
  }

  /** Asks the browser not to clear what is kept here, and says early when the phone is nearly full. */
  async makeRoom() {
    await navigator.storage?.persist?.();
    const { quota = Infinity, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
    if (quota - usage < LITTLE_ROOM) this.full();
  }

  full() {
    this.page.banner.say({ t: "rep.storage.low", tone: "bad", icon: "alert" });
  }

  /** Leaves nothing of the day on this phone but what its owner has not sent yet; that waits for them. */
  async forget() {
    this.over = true;
    clearTimeout(this.again);
    await this.store.delete("facts", "route");
    await this.store.delete("facts", "me");
    await this.store.delete("facts", "valves");
    await this.store.delete("facts", "safety");
    await this.store.delete("facts", "escalations");
    await this.store.delete("facts", "sites");
    await this.store.delete("facts", "history");
    await this.store.change(["facts"], async (rows) => {
      rows("facts").delete(IDBKeyRange.bound("place:", "place:\uffff"));
    });
    await caches.delete("curbstop-pictures"); // what the page is made of stays: it is nobody's, and the next one needs it
    const drafts = await this.store.change(["facts"], (rows) => new Promise((resolve) => {
      const count = rows("facts").count(IDBKeyRange.bound("draft:", "draft:\uffff"));
      count.onsuccess = () => resolve(count.result);
    }));
    if (this.waiting.length || this.refused.length || drafts) return;
    for (const name of [STORE, OUTBOX]) indexedDB.deleteDatabase(name);
  }
}

/** @typedef {{note?: string, proofs?: string[], form?: import("pages/rep/drafts.js").Filled | null, site?: {photo?: string, [said: string]: unknown}}} Finished */

/** What finishes a task, with these of its photos only. @param {Finished} body @param {string[]} proofs @returns {Finished} */
function onlyWith(body, proofs) {
  const gone = new Set((body.proofs ?? []).filter((id) => !proofs.includes(id)));
  const form = body.form && { ...body.form, answers: withoutPhotos(body.form.answers, gone) };
  const site = body.site && !gone.has(body.site.photo ?? "") ? body.site : body.site && { ...body.site, photo: undefined, arrow: undefined };
  return { ...body, proofs, ...(form && { form }), ...(site && { site }) };
}
