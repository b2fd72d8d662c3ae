// The valves of each task on the route, kept on this phone like the route itself. Asked for when the tasks are others,
// when the network or a valve has changed, and now and then. Dispatches `change`.

import { ApiError } from "lib/api.js";
import { withFindings } from "lib/valves.js";

/** @typedef {import("lib/valves.js").Closure} Closure */
/** @typedef {import("lib/valves.js").Finding} Finding */

const KEPT = "valves";
const STALE_MS = 120_000;

export class ShutOffs extends EventTarget {
  /** @param {import("pages/rep/work.js").Work} work @param {import("parts/page.js").Page} page */
  constructor(work, page) {
    super();
    this.work = work;
    this.page = page;
    /** @type {Record<string, Closure>} by task */
    this.closures = {};
    this.tasks = "";
    this.askedAt = 0;
    work.addEventListener("change", () => void this.follow());
  }

  async start() {
    this.closures = (await this.work.store.get("facts", KEPT)) ?? {};
    this.page.live.subscribe("network:all", (hint) => void (hint || Date.now() - this.askedAt > STALE_MS ? this.ask() : null));
    this.tell();
    await this.follow();
  }

  /** Other tasks have other valves. */
  async follow() {
    const tasks = (this.work.heard?.stops ?? []).map(({ task }) => task.id).sort().join();
    if (!this.work.fresh || tasks === this.tasks) return;
    this.tasks = tasks;
    await this.ask();
  }

  async ask() {
    this.askedAt = Date.now();
    try {
      /** @type {{task_id: string, closure: Closure}[]} */
      const read = await this.page.api.get("/api/rep/valves");
      if (this.work.over) return;
      this.closures = Object.fromEntries(read.map(({ task_id, closure }) => [task_id, closure]));
      await this.work.store.put("facts", this.closures, KEPT).catch(() => {}); // without room: there until the page is closed
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.tasks = ""; // asked again with the next news
    }
    this.tell();
  }

  /** What shuts off the pipe at a task, with what was found here and is not sent yet. @param {string} task */
  of(task) {
    const closure = this.closures[task];
    if (!closure) return null;
    return { closure, ...withFindings(closure, this.waiting(task)) };
  }

  /** @param {string} task @returns {Finding[]} */
  waiting(task) {
    return this.work.waiting.filter((action) => action.kind === "valve_finding" && action.task_id === task).map((action) => /** @type {Finding} */ (action.body));
  }

  /** How a valve was found. @param {string} task @param {string} valve @param {"closed" | "stuck" | "working"} state */
  async found(task, valve, state) {
    const action = await this.work.act("valve_finding", task, { valve, valve_state: state }, { hold: true });
    this.tell();
    return action;
  }

  tell() {
    this.dispatchEvent(new Event("change"));
  }
}
