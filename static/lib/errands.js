// What a person did on this page and the server has not heard of yet: kept on the device first, sent in the order in
// which it was done, by one tab at a time, and gone only when the server has answered. A lost network, a reload or a
// closed tab leaves it for later; who sends gives each an id of its own, so that sending again has no second effect.
//
// Reference: an outbox in one IndexedDB table whose key counts by itself, so that a record and its place in the order
// are written in one transaction.

import { ApiError } from "lib/api.js";
import { Backoff } from "lib/backoff.js";
import { uuid7 } from "lib/ids.js";
import { Store } from "lib/store.js";
import { onWakeUp } from "lib/wakeups.js";

/** @typedef {{number: number, id: string, subject: string, request: string, kind: string, body: any, at: string}} Errand */
/** @typedef {{answer?: any, error?: unknown}} Outcome */

const PATIENCE_MS = 4000; // then the page goes on as if the answer were there
const STEPS = [1000, 2000, 4000, 8000, 15_000, 30_000];

/** Whether the same may be tried again later: no answer, a server that is away, a bucket that is empty. @param {unknown} error */
export function passing(error) {
  if (!(error instanceof ApiError)) return false;
  return error.status === 429 || (error.passing && (error.status === 0 || error.code === "unavailable"));
}

/** Dispatches `change` when something else waits than before, and `refused` (detail: {errand, error}) where nobody waited for the answer. */
export class Errands extends EventTarget {
  /** @param {Store | null} store table `errands`; null where a browser keeps nothing @param {(errand: Errand) => Promise<any>} send */
  constructor(store, send) {
    super();
    this.store = store;
    this.send = send;
    /** @type {Errand[]} in order */
    this.list = [];
    /** @type {Map<string, (outcome: Outcome) => void>} */
    this.asked = new Map();
    /** Whether the last try found nobody. */
    this.stuck = false;
    this.last = 0;
    this.backoff = new Backoff(STEPS);
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {Promise<void> | null} */
    this.sending = null;
    onWakeUp(() => void this.flush());
  }

  /** @param {(errand: Errand) => Promise<any>} send @param {string} [name] */
  static async open(send, name = "curbstop-errands") {
    const store = await Store.open(name, { errands: { keyPath: "number", autoIncrement: true } }).catch(() => null);
    const errands = new Errands(store, send);
    await errands.reread();
    return errands;
  }

  /** What waits and nobody is asking after: a page shows it as done. */
  get owed() {
    return this.list.filter((errand) => !this.asked.has(errand.id));
  }

  /** Keeps one; it is safe on the device once this resolves. @param {Omit<Errand, "number" | "id" | "at"> & {id?: string}} made @returns {Promise<Errand>} */
  async add(made) {
    const errand = { id: uuid7(), at: new Date().toISOString(), ...made };
    const kept = await this.store?.put("errands", errand).catch(() => undefined);
    const numbered = { ...errand, number: kept === undefined ? this.last + 1 : Number(kept) };
    this.last = Math.max(this.last, numbered.number);
    this.list = [...this.list, numbered].sort((a, b) => a.number - b.number);
    this.tell();
    return numbered;
  }

  /**
   * Keeps one and waits a moment for the answer. @param {Parameters<Errands["add"]>[0]} made
   * @returns {Promise<any>} undefined when there was no answer in time: it goes up by itself. Rejects with the server's refusal.
   */
  async ask(made) {
    const id = made.id ?? uuid7();
    if (this.stuck || globalThis.navigator?.onLine === false) {
      await this.add({ ...made, id });
      void this.flush();
      return undefined;
    }
    /** @type {Promise<Outcome>} */
    const told = new Promise((resolve) => this.asked.set(id, resolve));
    await this.add({ ...made, id });
    void this.flush();
    const late = setTimeout(() => this.settle(id, {}), PATIENCE_MS);
    const outcome = await told;
    clearTimeout(late);
    this.tell();
    if (outcome.error) throw outcome.error;
    return outcome.answer;
  }

  /** Sends what waits. @returns {Promise<void>} */
  flush() {
    this.sending ??= this.inTurn().finally(() => {
      this.sending = null;
    });
    return this.sending;
  }

  async inTurn() {
    clearTimeout(this.timer);
    const drain = () => this.drain();
    await (globalThis.navigator?.locks ? navigator.locks.request("curbstop-errands", drain) : drain());
    if (!this.stuck && this.list.length) await this.inTurn(); // came while the last one was on its way
  }

  async drain() {
    await this.reread(); // another tab may have sent some
    for (let errand = this.list[0]; errand; errand = this.list[0]) {
      /** @type {Outcome} */
      let outcome;
      try {
        outcome = { answer: await this.send(errand) };
      } catch (error) {
        if (passing(error)) return this.later(error);
        outcome = { error };
      }
      this.stuck = false;
      this.backoff.reset();
      await this.drop(errand);
      const waited = this.settle(errand.id, outcome);
      if (outcome.error && !waited) this.dispatchEvent(new CustomEvent("refused", { detail: { errand, error: outcome.error } }));
    }
  }

  /** @param {unknown} error */
  later(error) {
    this.stuck = true;
    for (const id of [...this.asked.keys()]) this.settle(id, {});
    this.tell();
    const wait = Math.max(this.backoff.next(), /** @type {ApiError} */ (error).retryAfter * 1000);
    this.timer = setTimeout(() => void this.flush(), wait);
  }

  /** @param {string} id @param {Outcome} outcome @returns {boolean} whether somebody waited for it */
  settle(id, outcome) {
    const tell = this.asked.get(id);
    this.asked.delete(id);
    tell?.(outcome);
    return tell !== undefined;
  }

  /** @param {Errand} errand */
  async drop(errand) {
    await this.store?.delete("errands", errand.number);
    this.list = this.list.filter((other) => other !== errand && other.id !== errand.id);
    this.tell();
  }

  async reread() {
    if (!this.store) return;
    this.list = await this.store.all("errands");
    this.last = Math.max(this.last, ...this.list.map((errand) => errand.number));
    this.tell();
  }

  /** Leaves nothing on this device. */
  async clear() {
    await this.store?.clear("errands");
    this.list = [];
    this.stuck = false;
    this.tell();
  }

  tell() {
    this.dispatchEvent(new Event("change"));
  }
}
