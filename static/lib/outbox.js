// Actions that a device owes the server. They are kept on the device first, then sent in the order in which
// they were taken, and leave only when the server has answered for each. The server remembers the last number it
// answered for this device, so sending again has no second effect.
//
// `sequence` is the order on this device. The number that the server sees is given at sending, from the one that it
// says it expects: after a page that was killed, or a server that was restored from a backup, both agree again with
// the first answer. Ids keep each effect single. What the server refuses for good is set aside, with all that was
// typed, until a person throws it away.

import { ApiError } from "lib/api.js";
import { uuid7 } from "lib/ids.js";
import { Store, answer } from "lib/store.js";

/**
 * `person` took it, and only their session sends it; `held_until` (ms): it can be taken back until then.
 * @typedef {{id: string, sequence: number, kind: string, task_id: string, body: object, at: string, person?: string, held_until?: number}} Action
 */
/** @typedef {{id: string, code?: string, conflict?: {id: string, state: string} | null, error?: {code: string, message?: string, params?: Record<string, unknown>} | null}} ActionResult */
/** @typedef {{results: ActionResult[], expected?: number, stopped?: string | null}} Answer */
/** @typedef {(device: string, actions: Action[]) => Promise<Answer>} Send */
/** @typedef {{action: Action, result: ActionResult}} Refused */

const BATCH = 20;
const RENUMBERINGS = 3;
const CHANNEL = "curbstop-outbox";
const REFUSED = "refused:";
/** The server has this action, though under another number. */
const HAD = "action_repeated";
/** The number belongs to another action; this one has not been looked at. */
const TAKEN = "sequence_reused";
/** Not the fault of what was sent: the session or the moment is wrong. */
const NOT_NOW = [401, 403, 404, 429];

/**
 * Dispatches `change` (detail: number of actions that wait), `stopped` (detail: {action, code}) and, for each action
 * the server has answered, `applied` or `refused` (detail: {action, result}).
 */
export class Outbox extends EventTarget {
  /** @param {Store} store tables `actions` (keyPath "sequence") and `facts` @param {Send} send */
  constructor(store, send) {
    super();
    this.store = store;
    this.send = send;
    this.count = 0;
    /** Whose session this is; empty until it is known, and then everybody's is sent. */
    this.person = "";
    /** @type {Promise<void> | null} */
    this.sending = null;
    this.channel = new BroadcastChannel(CHANNEL);
    this.channel.onmessage = () => void this.recount(false);
  }

  /** @param {Send} send @param {string} [name] */
  static async open(send, name = "curbstop-outbox") {
    const store = await Store.open(name, { actions: { keyPath: "sequence" }, facts: {} });
    const outbox = new Outbox(store, send);
    await outbox.recount();
    return outbox;
  }

  /** This device's name, made once. @returns {Promise<string>} */
  device() {
    return this.store.change(["facts"], async (rows) => {
      const known = await answer(rows("facts").get("device"));
      if (known) return known;
      const made = uuid7();
      rows("facts").put(made, "device");
      return made;
    });
  }

  /**
   * Keeps an action; it is safe on the device once this resolves. Whoever goes on no longer takes back what was before.
   * @param {string} kind @param {string} taskId @param {object} body @param {Date} at @param {number} [holdMs] how long it can be taken back
   */
  async add(kind, taskId, body, at, holdMs = 0) {
    const action = await this.store.change(["facts", "actions"], async (rows) => {
      const [last, before] = [await answer(rows("facts").get("sequence")), await answer(rows("actions").getAll())];
      for (const each of before) if (each.held_until) rows("actions").put({ ...each, held_until: 0 });
      const sequence = Math.max(last ?? 0, ...before.map((each) => each.sequence)) + 1;
      /** @type {Action} */
      const made = { id: uuid7(at.getTime()), sequence, kind, task_id: taskId, body, at: at.toISOString(), person: this.person };
      if (holdMs) made.held_until = at.getTime() + holdMs;
      rows("facts").put(sequence, "sequence");
      rows("actions").put(made);
      return made;
    });
    await this.recount();
    return action;
  }

  /** Takes an action back that is still held. @param {string} id @returns {Promise<boolean>} false: it has gone */
  async takeBack(id) {
    const gone = await this.store.change(["actions"], async (rows) => {
      const found = (await answer(rows("actions").getAll())).find((each) => each.id === id);
      if (!found?.held_until || found.held_until < Date.now()) return false;
      rows("actions").delete(found.sequence);
      return true;
    });
    await this.recount();
    return gone;
  }

  /** Nothing is held any longer: the person looks away, and nobody would take it back. */
  async release() {
    await this.store.change(["actions"], async (rows) => {
      for (const each of await answer(rows("actions").getAll())) if (each.held_until) rows("actions").put({ ...each, held_until: 0 });
    });
  }

  /** What an action brings, changed before it is sent. @param {string} id @param {object} body */
  rewrite(id, body) {
    return this.store.change(["actions"], async (rows) => {
      const found = (await answer(rows("actions").getAll())).find((each) => each.id === id);
      if (found) rows("actions").put({ ...found, body });
    });
  }

  /** @returns {Promise<Action[]>} in the order taken */
  waiting() {
    return this.store.all("actions");
  }

  /** What the server refused for good. @returns {Promise<Refused[]>} */
  refused() {
    return this.store.change(["facts"], (rows) => answer(rows("facts").getAll(IDBKeyRange.bound(REFUSED, `${REFUSED}\uffff`))));
  }

  /** A person has seen it and throws it away. @param {string} id of the action */
  async discard(id) {
    await this.store.delete("facts", REFUSED + id);
    await this.recount();
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
    for (let renumbered = 0, most = BATCH; ;) {
      const batch = (await this.due()).slice(0, most);
      const [first] = batch;
      if (!first) return;
      const next = (await this.store.get("facts", "next")) ?? first.sequence;
      /** @type {Answer} */
      let given;
      try {
        given = await this.send(device, batch.map((action, index) => ({ ...action, sequence: next + index })));
      } catch (error) {
        if (!(error instanceof ApiError) || error.passing) {
          if (error instanceof ApiError) return;
          throw error;
        }
        if (NOT_NOW.includes(error.status)) throw error;
        if (batch.length === 1) await this.settle([{ action: first, result: { id: first.id, error: { code: error.code, message: error.message, params: error.params } } }], next);
        most = 1; // one of them cannot be read; it must not hold up the others
        continue;
      }
      const answered = batch.flatMap((action) => {
        const result = given.results.find((each) => each.id === action.id);
        return result && result.error?.code !== TAKEN ? [{ action, result }] : [];
      });
      await this.settle(answered, given.expected ?? next + answered.length);
      if (answered.length) renumbered = 0;
      else if (given.expected === undefined || given.expected === next || (renumbered += 1) > RENUMBERINGS) {
        this.dispatchEvent(new CustomEvent("stopped", { detail: { action: first, code: given.stopped ?? "" } }));
        return;
      }
    }
  }

  /** What may be sent now: the signed-in person's, up to the first that can still be taken back. */
  async due() {
    const own = (await this.waiting()).filter((action) => !this.person || !action.person || action.person === this.person);
    const held = own.findIndex((action) => (action.held_until ?? 0) > Date.now());
    return held < 0 ? own : own.slice(0, held);
  }

  /** Answered actions leave, and the next number is kept, at once. @param {Refused[]} answered @param {number} next */
  async settle(answered, next) {
    const good = (/** @type {ActionResult} */ result) => !result.error || result.error.code === HAD;
    await this.store.change(["actions", "facts"], async (rows) => {
      for (const { action, result } of answered) {
        rows("actions").delete(action.sequence);
        if (!good(result)) rows("facts").put({ action, result }, REFUSED + action.id);
      }
      rows("facts").put(next, "next");
    });
    for (const detail of answered) this.dispatchEvent(new CustomEvent(good(detail.result) ? "applied" : "refused", { detail }));
    await this.recount();
  }

  /** @param {boolean} [tell] other tabs of this browser */
  async recount(tell = true) {
    this.count = (await this.waiting()).length;
    if (tell) this.channel.postMessage("");
    this.dispatchEvent(new CustomEvent("change", { detail: this.count }));
  }
}
