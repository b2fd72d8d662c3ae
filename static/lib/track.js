// Where a device was, until the server has answered for it: numbered, kept on the device first, sent in batches, and
// forgotten here once it is acknowledged. Sending again has no second effect. No page is known here.

import { ApiError } from "lib/api.js";
import { uuid7 } from "lib/ids.js";
import { Store, answer } from "lib/store.js";

/** @typedef {{sequence: number, at: string, lon: number, lat: number, accuracy_m: number | null}} Fix */
/** @typedef {{acknowledged: number, kept: number, thinned: number, repeated: number, refused: {sequence: number, code: string}[]}} Answer */
/** @typedef {(batch: {device: string, sent_at: string, fixes: Fix[]}) => Promise<Answer>} Send */

export const TRACK = "curbstop-positions";
const BATCH = 200;
/** A shift without a network, at one a quarter of a minute; then the oldest make room. */
const MOST = 2_400;

export class Track {
  /** @param {Store} store tables `fixes` (keyPath "sequence") and `facts` @param {Send} send */
  constructor(store, send) {
    this.store = store;
    this.send = send;
    /** @type {Promise<string[]> | null} */
    this.sending = null;
  }

  /** What somebody else left behind on this device is never sent as this person's. @param {Send} send @param {string} person @param {string} [name] */
  static async open(send, person, name = TRACK) {
    const store = await Store.open(name, { fixes: { keyPath: "sequence" }, facts: {} });
    await store.change(["facts", "fixes"], async (rows) => {
      if ((await answer(rows("facts").get("person"))) !== person) rows("fixes").clear();
      rows("facts").put(person, "person");
    });
    return new Track(store, send);
  }

  /** Keeps a position; it is safe on the device once this resolves. @param {Omit<Fix, "sequence">} found */
  add(found) {
    return this.store.change(["facts", "fixes"], async (rows) => {
      const sequence = ((await answer(rows("facts").get("sequence"))) ?? 0) + 1;
      rows("facts").put(sequence, "sequence");
      rows("fixes").put({ ...found, sequence });
      rows("fixes").delete(IDBKeyRange.upperBound(sequence - MOST));
    });
  }

  /** @returns {Promise<Fix[]>} what waits, oldest first */
  waiting() {
    return this.store.all("fixes");
  }

  /** Sends what waits; the codes of what was refused. One at a time: who comes meanwhile waits for the same. */
  flush() {
    this.sending ??= this.sendAll().finally(() => (this.sending = null));
    return this.sending;
  }

  /** @returns {Promise<string[]>} */
  async sendAll() {
    /** @type {string[]} */
    const refused = [];
    for (let fixes = await this.waiting(); fixes.length; fixes = await this.waiting()) {
      const batch = fixes.slice(0, BATCH);
      const last = batch.at(-1)?.sequence ?? 0;
      try {
        const told = await this.send({ device: await this.device(), sent_at: new Date().toISOString(), fixes: batch });
        refused.push(...told.refused.map((each) => each.code));
        await this.answered(last, told.acknowledged);
      } catch (error) {
        // What the server cannot read it will never read; everything else is not the positions' fault.
        if (!(error instanceof ApiError) || error.status !== 422) throw error;
        await this.answered(last, last);
        refused.push(error.code);
      }
    }
    return refused;
  }

  /** @param {number} last @param {number} acknowledged a server may know higher numbers than this device does */
  answered(last, acknowledged) {
    return this.store.change(["facts", "fixes"], async (rows) => {
      rows("fixes").delete(IDBKeyRange.upperBound(last));
      const known = (await answer(rows("facts").get("sequence"))) ?? 0;
      if (acknowledged > known) rows("facts").put(acknowledged, "sequence");
    });
  }

  /** This device's name, made once, and with its numbers. @returns {Promise<string>} */
  device() {
    return this.store.change(["facts"], async (rows) => {
      const known = await answer(rows("facts").get("device"));
      if (known) return known;
      const made = uuid7();
      rows("facts").put(made, "device");
      return made;
    });
  }

  /** Nothing of the person stays. The numbers do, which tell of nobody. */
  forget() {
    return this.store.clear("fixes");
  }
}
