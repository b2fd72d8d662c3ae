// The forms of the day's tasks, kept on the phone before they are needed: a version never changes once it is published.

import { ApiError } from "lib/api.js";
import { whereThereIsRoom } from "pages/rep/storage.js";

/** @typedef {import("lib/form-rules.js").Form} Form */
/** @typedef {import("pages/rep/overlay.js").Task} Task */
/** @typedef {{type: string, number: number, definition: Form}} Version */

const VAN_MS = 300_000;

export class Forms {
  /** @param {import("lib/api.js").Api} api @param {import("lib/store.js").Store} store */
  constructor(api, store) {
    this.api = api;
    this.store = store;
    this.vanAt = -VAN_MS; // when the van was last asked for
  }

  /** Has the forms of these tasks on the phone; one that does not come now comes with the next news. @param {Task[]} tasks */
  async fetch(tasks) {
    const wanted = new Map(tasks.flatMap(({ type, state }) => (type?.form && state !== "done" ? [[key(type.code, type.form), type]] : [])));
    for (const { code, form } of wanted.values()) {
      try {
        await this.version(code, form);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return;
      }
    }
    await this.fetchVan();
  }

  /** @param {string} type @param {number} number @returns {Promise<Version>} */
  async version(type, number) {
    const kept = await this.store.get("facts", key(type, number));
    if (kept) return kept;
    const version = await this.api.get(`/api/task-types/${type}/forms/${number}`);
    await this.keep(version);
    return version;
  }

  /** A full phone keeps no form, and can be filled in all the same while there is a network. @param {Version} version */
  async keep(version) {
    const names = [key(version.type, version.number), `form:${version.type}:last`];
    try {
      for (const name of names) await whereThereIsRoom(() => this.store.put("facts", version, name));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  /** The version to fill in, or the last that this phone has seen; null: none is at hand. @param {string} type @param {number} number @returns {Promise<Version | null>} */
  async atHand(type, number) {
    try {
      return await this.version(type, number);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return (await this.store.get("facts", `form:${type}:last`)) ?? null;
    }
  }

  async fetchVan() {
    if (performance.now() - this.vanAt < VAN_MS) return;
    this.vanAt = performance.now();
    try {
      const { parts } = await this.api.get("/api/rep/van");
      await whereThereIsRoom(() => this.store.put("facts", parts, "van"));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  /** What was in the van when last heard. @returns {Promise<Record<string, number>>} */
  async van() {
    return (await this.store.get("facts", "van")) ?? {};
  }
}

/** @param {string} type @param {number} number */
function key(type, number) {
  return `form:${type}:${number}`;
}
