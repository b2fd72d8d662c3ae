// Actions that a device owes the server. They are kept on the device first, then sent in the order in which
// they were taken, and leave only when the server has answered for each. The server remembers the last
// sequence it applied for this device, so sending again has no second effect.

import { ApiError } from "lib/api.js";
import { uuid7 } from "lib/ids.js";
import { Store } from "lib/store.js";

/** @typedef {{id: string, sequence: number, kind: string, task_id: string, body: object, at: string}} Action */
/** @typedef {{id: string, code?: string, error?: {code: string, message?: string, params?: Record<string, unknown>}}} ActionResult */
/** @typedef {(device: string, actions: Action[]) => Promise<{results: ActionResult[]}>} Send */

const BATCH = 20;

/**
 * Dispatches `change` (detail: number of actions that wait) and, for each action the server has answered,
 * `applied` or `refused` (detail: {action, result}).
 */
export class Outbox extends EventTarget {
  /** @param {Store} store tables `actions` (keyPath "sequence") and `facts` @param {Send} send */
  constructor(store, send) {
    super();
    this.store = store;
    this.send = send;
    this.count = 0;
    /** @type {Promise<void> | null} */
    this.sending = null;
  }

  /** @param {Send} send @param {string} [name] */
  static async open(send, name = "curbstop-outbox") {
    const store = await Store.open(name, { actions: { keyPath: "sequence" }, facts: {} });
    const outbox = new Outbox(store, send);
    await outbox.recount();
    return outbox;
  }

  /** This device's name, made once. @returns {Promise<string>} */
  async device() {
    const known = await this.store.get("facts", "device");
    if (known) return known;
    const made = uuid7();
    await this.store.put("facts", made, "device");
    return made;
  }

  /** Keeps an action; it is safe on the device once this resolves. @param {string} kind @param {string} taskId @param {object} body @param {Date} at */
  async add(kind, taskId, body, at) {
    const action = await navigator.locks.request("curbstop-outbox-add", async () => {
      const sequence = ((await this.store.get("facts", "sequence")) ?? 0) + 1;
      await this.store.put("facts", sequence, "sequence");
      const made = { id: uuid7(at.getTime()), sequence, kind, task_id: taskId, body, at: at.toISOString() };
      await this.store.put("actions", made);
      return made;
    });
    await this.recount();
    return /** @type {Action} */ (action);
  }

  /** @returns {Promise<Action[]>} */
  waiting() {
    return this.store.all("actions");
  }

  /** Sends what waits, in order, from one tab at a time. A lost network leaves the rest for later. */
  flush() {
    this.sending ??= this.inTurn().finally(() => {
      this.sending = null;
    });
    return this.sending;
  }

  /** Only one tab of a browser sends at a time. */
  async inTurn() {
    await navigator.locks.request("curbstop-outbox-send", () => this.drain());
  }

  async drain() {
    const device = await this.device();
    for (let actions = await this.waiting(); actions.length; actions = await this.waiting()) {
      const batch = actions.slice(0, BATCH);
      /** @type {ActionResult[]} */
      let results;
      try {
        ({ results } = await this.send(device, batch));
      } catch (error) {
        if (error instanceof ApiError && error.passing) return;
        throw error;
      }
      const answered = batch.filter((action) => results.some((result) => result.id === action.id));
      if (!answered.length) return;
      for (const action of answered) {
        const result = results.find((candidate) => candidate.id === action.id);
        await this.store.delete("actions", action.sequence);
        this.dispatchEvent(new CustomEvent(result?.error ? "refused" : "applied", { detail: { action, result } }));
      }
      await this.recount();
    }
  }

  async recount() {
    this.count = (await this.waiting()).length;
    this.dispatchEvent(new CustomEvent("change", { detail: this.count }));
  }
}
