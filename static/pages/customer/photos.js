// Photos on their way to the request, and those that are there. One that is not sent yet is kept on the device:
// neither a reload nor a lost network loses it.

import { ApiError } from "lib/api.js";
import { uuid7 } from "lib/ids.js";
import { Store } from "lib/store.js";
import { prepare } from "parts/picture.js";

/** @typedef {{id: string, client_id: string, width: number, height: number, url: string, source: string, taken_by: string, taken_at: string}} Still */
/** `request_id` is what this device calls the request. @typedef {{client_id: string, request_id: string, blob: Blob, url: string, state: "sending" | "failed", part: number}} Waiting */
/** @typedef {import("pages/customer/case.js").Case} Case */

/** @returns {Promise<Store | null>} */
function openStore() {
  return Store.open("curbstop-photos", { photos: { keyPath: "client_id" } }).catch(() => null);
}

/** Leaves no photo on this device. */
export async function forgetPhotos() {
  await (await openStore())?.clear("photos");
}

/** Dispatches `change`, and `fault` (detail: error) when a picture was refused. */
export class Photos extends EventTarget {
  /** @param {Case} model */
  constructor(model) {
    super();
    this.model = model;
    /** @type {Still[]} */
    this.stills = [];
    /** @type {Map<string, Waiting>} */
    this.waiting = new Map();
    /** @type {Promise<Store | null>} private windows may have no store; then a reload does lose what was not sent */
    this.store = openStore();
    addEventListener("online", () => void this.retryAll());
  }

  async open() {
    const store = await this.store;
    for (const kept of (await store?.all("photos")) ?? []) {
      if (kept.request_id !== this.model.name) await store?.delete("photos", kept.client_id);
      else if (!this.waiting.has(kept.client_id)) this.waiting.set(kept.client_id, { ...kept, url: URL.createObjectURL(kept.blob), state: "failed", part: 0 });
    }
    await this.refresh();
    await this.retryAll();
  }

  async refresh() {
    if (!this.model.path) return; // the request itself waits for the network
    const id = this.model.confirmed?.id;
    const kept = this.stills.length ? null : await this.model.kept.get("stills");
    if (kept?.id === id) this.show(kept.stills);
    const stills = await this.model.api.get(`${this.model.path}/stills`);
    this.show(stills);
    if (this.model.confirmed?.id === id) await this.model.kept.put("stills", { id, stills });
  }

  /** @param {Still[]} stills */
  show(stills) {
    this.stills = stills;
    for (const still of this.stills) void this.forget(still.client_id);
    this.tell();
  }

  /** Files a person chose: each becomes an upright JPEG without place and time, and goes up. @param {File[]} files */
  async add(files) {
    for (const file of files) {
      try {
        const { blob } = await prepare(file);
        const photo = { client_id: uuid7(), request_id: this.model.name, blob };
        await (await this.store)?.put("photos", photo);
        this.waiting.set(photo.client_id, { ...photo, url: URL.createObjectURL(blob), state: "sending", part: 0 });
        this.tell();
        void this.send(photo.client_id);
      } catch (error) {
        this.dispatchEvent(new CustomEvent("fault", { detail: error }));
      }
    }
  }

  /** @param {string} clientId */
  async send(clientId) {
    const photo = this.waiting.get(clientId);
    if (!photo) return;
    if (!this.model.path) {
      photo.state = "failed";
      return this.tell();
    }
    photo.state = "sending";
    this.tell();
    try {
      const still = await this.model.api.upload(
        `${this.model.path}/stills`,
        { file: photo.blob, name: "photo.jpg", fields: { client_id: clientId, source: "upload" } },
        (part) => {
          photo.part = part;
          this.dispatchEvent(new CustomEvent("progress", { detail: { clientId, part } }));
        },
      );
      this.got(still);
    } catch (error) {
      photo.state = "failed";
      this.tell();
      const refused = error instanceof ApiError && !error.passing && error.status !== 429;
      if (!refused) return; // the tile says so, and it goes up by itself once it can
      await this.forget(clientId);
      this.dispatchEvent(new CustomEvent("fault", { detail: error }));
    }
  }

  async retryAll() {
    if (!this.model.path) return;
    for (const photo of this.waiting.values()) if (photo.state === "failed") await this.send(photo.client_id);
  }

  /** A picture that is stored now. @param {Still} still */
  got(still) {
    if (!this.stills.some((known) => known.id === still.id)) this.stills = [...this.stills, still];
    void this.forget(still.client_id);
    this.tell();
  }

  /** A picture that was deleted. @param {string} id */
  gone(id) {
    this.stills = this.stills.filter((still) => still.id !== id);
    this.tell();
  }

  /** Whether the person may delete it: their phone took it, and no verdict rests on it. @param {Still} still */
  mayDelete(still) {
    const { request } = this.model;
    return still.taken_by === "customer" && !this.model.over && request?.state !== "resolved" && !request?.verdict?.still_ids?.includes(still.id);
  }

  /** @param {Still} still */
  async remove(still) {
    await this.model.api.delete(`/api/stills/${still.id}`, { tries: 3 });
    this.gone(still.id);
  }

  /** @param {string} clientId */
  async forget(clientId) {
    const photo = this.waiting.get(clientId);
    if (!photo) return;
    this.waiting.delete(clientId);
    URL.revokeObjectURL(photo.url);
    this.tell();
    await (await this.store)?.delete("photos", clientId);
  }

  tell() {
    this.dispatchEvent(new Event("change"));
  }
}
