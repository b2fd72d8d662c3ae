// What the server told last, kept on this phone: a page loaded anew without a network shows the request as it was,
// with what waits here on top. Gone with the session, and with what is erased.

import { Store } from "lib/store.js";

/** The worker's cache of this customer's own pictures. */
const PICTURES = "curbstop-evidence";

export class Kept {
  /** @param {Store | null} store table `facts`; null where a browser keeps nothing */
  constructor(store) {
    this.store = store;
  }

  static async open() {
    return new Kept(await Store.open("curbstop-case", { facts: {} }).catch(() => null));
  }

  /** @param {string} name @returns {Promise<any>} */
  async get(name) {
    return this.store?.get("facts", name).catch(() => undefined);
  }

  /** A phone without room for it shows it online only. @param {string} name @param {unknown} fact */
  async put(name, fact) {
    await this.store?.put("facts", fact, name).catch(() => undefined);
  }

  /** Leaves nothing of the customer on this phone; the guides are nobody's. */
  async forget() {
    if ("caches" in globalThis) await caches.delete(PICTURES);
    await this.store?.change(["facts"], async (rows) => {
      for (const name of ["request", "messages", "stills"]) rows("facts").delete(name);
    }).catch(() => undefined);
  }
}
