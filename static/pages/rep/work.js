// The representative's day on this phone: the route as last heard, the actions that wait, the photos that belong to
// them. Everything is on the device first; the network is an afterthought. Dispatches `change`.

import { ApiError } from "lib/api.js";
import { Outbox } from "lib/outbox.js";
import { Store } from "lib/store.js";
import { withActions } from "pages/rep/overlay.js";

/** @typedef {import("parts/page.js").Page} Page */
/** @typedef {import("lib/outbox.js").Action} Action */
/** @typedef {import("pages/rep/overlay.js").Route} Route */
/** @typedef {import("pages/rep/overlay.js").Stop} Stop */
/** @typedef {{id: string, task_id: string, blob: Blob}} Photo */

export const STORE = "curbstop-rep";
export const OUTBOX = "curbstop-outbox";

export class Work extends EventTarget {
  /** @param {Page} page @param {Store} store */
  constructor(page, store) {
    super();
    this.page = page;
    this.store = store;
    /** @type {Route | null} as the server said last */
    this.heard = null;
    /** @type {Date | null} */
    this.heardAt = null;
    /** @type {Action[]} */
    this.waiting = [];
    /** @type {unknown} why the last refresh failed */
    this.trouble = null;
    /** @type {Outbox} */
    this.outbox = /** @type {any} */ (null);
  }

  /** @param {Page} page */
  static async open(page) {
    const work = new Work(page, await Store.open(STORE, { facts: {}, photos: { keyPath: "id" } }));
    work.outbox = await Outbox.open((device, actions) => work.send(device, actions), OUTBOX);
    work.outbox.addEventListener("change", () => void work.recount());
    work.outbox.addEventListener("refused", (event) => work.refused(/** @type {CustomEvent} */ (event).detail));
    const kept = await work.store.get("facts", "route");
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

  /** Asks the server for the day; without a network the kept one stays. */
  async refresh() {
    try {
      const route = await this.page.api.get("/api/rep/route");
      [this.heard, this.heardAt, this.trouble] = [route, new Date(), null];
      await this.store.put("facts", { route, at: this.heardAt.toISOString() }, "route");
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.trouble = error;
    }
    this.tell();
  }

  /**
   * Takes an action: kept first, shown at once, sent when possible.
   * @param {string} kind @param {string} taskId @param {{reason?: string, note?: string, proofs?: string[]}} [body] @param {Photo[]} [photos]
   */
  async act(kind, taskId, body = {}, photos = []) {
    for (const photo of photos) await this.store.put("photos", photo);
    await this.outbox.add(kind, taskId, body, new Date());
    void this.sync();
  }

  /** Sends what waits, then asks for the day as it is now. */
  async sync() {
    try {
      await this.outbox.flush();
      if (!this.waiting.length) await this.refresh();
    } catch (error) {
      this.page.toast.fault(error);
    }
  }

  /** @param {string} device @param {Action[]} actions */
  async send(device, actions) {
    const ready = [];
    for (const action of actions) ready.push(await this.withPhotos(action));
    return this.page.api.post("/api/device-actions", { device, actions: ready }, { tries: 2 });
  }

  /** Photos go first; one that the server will never take is left out, and the person is told. @param {Action} action */
  async withPhotos(action) {
    const body = /** @type {{proofs?: string[]}} */ (action.body);
    const sent = [];
    for (const id of body.proofs ?? []) {
      const photo = /** @type {Photo | undefined} */ (await this.store.get("photos", id));
      try {
        if (photo) await this.page.api.upload(`/api/tasks/${action.task_id}/proofs`, { file: photo.blob, name: "proof.jpg", fields: { client_id: id } });
        sent.push(id);
      } catch (error) {
        if (!(error instanceof ApiError) || error.passing || error.status === 401) throw error;
        this.page.toast.fault(error);
      }
      await this.store.delete("photos", id);
    }
    return body.proofs ? { ...action, body: { ...body, proofs: sent } } : action;
  }

  /** @param {{action: Action, result: {error?: {code: string, message?: string, params?: object}}}} answer */
  refused({ result }) {
    const { code = "refused", message, params } = result.error ?? {};
    this.page.toast.fault(new ApiError(code, 409, { message, params: /** @type {any} */ (params) }));
  }

  async recount() {
    this.waiting = await this.outbox.waiting();
    this.page.banner.queued(this.waiting.length);
    this.tell();
  }

  tell() {
    this.dispatchEvent(new Event("change"));
  }

  /** Leaves nothing of the day on this phone. */
  static async forget() {
    for (const name of [STORE, OUTBOX]) indexedDB.deleteDatabase(name);
    for (const name of await caches.keys()) await caches.delete(name);
  }
}
