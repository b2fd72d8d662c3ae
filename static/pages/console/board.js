// Everything the console shows, read through the API and kept fresh: hints say what to read again, one reading at a
// time, and the selection lives here so that list, map, tables and detail agree. Dispatches `change` (detail: the
// names of what changed) and `select`.

import { know } from "pages/console/words.js";

/** @typedef {import("pages/console/types.js").Task} Task */
/** @typedef {import("pages/console/types.js").Rep} Rep */
/** @typedef {import("pages/console/types.js").Zone} Zone */
/** @typedef {"tasks" | "reps" | "zones"} Kind */
/** @typedef {{kind: "task" | "rep" | "zone", id: string}} Chosen */
/** @typedef {import("lib/live.js").LiveMessage} Hint */

const ALL = /** @type {Kind[]} */ (["tasks", "reps", "zones"]);
const CALM_MS = 500; // between two readings
const GATHER_MS = 60; // several hints of one transaction come together
const FEW = 6; // so many tasks are read one by one, more than that all of them
const PAGE = 1000;
const INBOX = new Set(["unplaced", "escalated"]);
const FINAL = new Set(["done", "cancelled"]);
const DAY_MS = 86_400_000;

/** Whether a dispatcher has to decide: nobody has the task, or somebody reports work on it. @param {import("pages/console/types.js").Task} task */
function waits(task) {
  return INBOX.has(task.state) || task.conflicts.some((conflict) => conflict.state === "open");
}

export class Board extends EventTarget {
  /** @param {import("parts/page.js").Page} page */
  constructor(page) {
    super();
    this.page = page;
    /** @type {Map<string, Task>} */
    this.tasks = new Map();
    /** @type {Map<string, Rep>} */
    this.reps = new Map();
    /** @type {Map<string, Zone>} by code */
    this.zones = new Map();
    /** @type {string | null} of the zones' outlines */
    this.version = null;
    this.loaded = false;
    /** @type {unknown} */
    this.trouble = null;
    /** @type {Chosen | null} */
    this.chosen = null;
    /** @type {Set<Kind>} */
    this.due = new Set();
    /** @type {Set<string>} tasks to read again; all of them when `due` has "tasks" */
    this.single = new Set();
    this.busy = false;
    this.last = -CALM_MS;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  async start() {
    await this.read(ALL, []);
    for (const topic of /** @type {const} */ (["tasks", "inbox", "reps", "zones"])) {
      this.page.live.subscribe(topic, (hint) => this.hear(topic, hint));
    }
  }

  /** @param {"tasks" | "inbox" | "reps" | "zones"} topic @param {Hint | null} hint */
  hear(topic, hint) {
    if (topic === "reps" || topic === "zones") return this.soon([topic]);
    if (!hint?.id || hint.resource !== "task") return this.soon(ALL);
    this.single.add(hint.id);
    this.soon(["reps", "zones"]);
  }

  /** Something was done here: show what came of it. @param {string} id */
  moved(id) {
    this.single.add(id);
    this.soon(["reps", "zones"]);
  }

  /** @param {Kind[]} kinds */
  soon(kinds) {
    for (const kind of kinds) this.due.add(kind);
    if (this.busy || this.timer !== undefined) return;
    this.timer = setTimeout(() => void this.flush(), Math.max(GATHER_MS, this.last + CALM_MS - performance.now()));
  }

  async flush() {
    this.timer = undefined;
    const [due, single] = [[...this.due], [...this.single]];
    this.due.clear();
    this.single.clear();
    this.busy = true;
    const many = single.length > FEW;
    await this.read(many ? ALL : due, many || due.includes("tasks") ? [] : single);
    this.busy = false;
    this.last = performance.now();
    if (this.due.size || this.single.size) this.soon([]);
  }

  /** @param {Kind[]} kinds @param {string[]} single */
  async read(kinds, single) {
    try {
      await Promise.all([...kinds.map((kind) => this[`read_${kind}`]()), ...(single.length ? [this.readSingle(single)] : [])]);
      [this.loaded, this.trouble] = [true, null];
    } catch (error) {
      this.trouble = error;
    }
    this.dispatchEvent(new CustomEvent("change", { detail: single.length ? ["tasks", ...kinds] : kinds }));
  }

  /** After a first reading that failed. */
  again() {
    return this.read(ALL, []);
  }

  /** Open tasks, and those of late that are finished; page after page. */
  async read_tasks() {
    const [open, done] = await Promise.all([this.all({ open: true }), this.all({ state: "done", after: idAt(Date.now() - 2 * DAY_MS) })]);
    const today = Date.now() - DAY_MS;
    const fresh = done.filter((task) => Date.parse(task.finished_at ?? task.changed_at) > today);
    this.tasks = new Map([...open, ...fresh].map((task) => [task.id, task]));
  }

  /** @param {Record<string, unknown>} query @returns {Promise<Task[]>} */
  async all(query) {
    /** @type {Task[]} */
    const found = [];
    for (let after = query["after"]; ; ) {
      /** @type {Task[]} */
      const part = await this.page.api.get("/api/tasks", { query: { ...query, limit: PAGE, after } });
      found.push(...part);
      if (part.length < PAGE) return found;
      after = part.at(-1)?.id;
    }
  }

  /** Some tasks, and the routes they left or joined: a route's later stops move with them. @param {string[]} ids */
  async readSingle(ids) {
    /** @type {Task[]} */
    const tasks = await Promise.all(ids.map((id) => this.page.api.get(`/api/tasks/${id}`)));
    const reps = new Set([...tasks, ...ids.map((id) => this.tasks.get(id))].map((task) => task?.rep?.id).filter(Boolean));
    const routes = await Promise.all([...reps].map((rep_id) => this.all({ rep_id, open: true })));
    for (const task of [...routes.flat(), ...tasks]) {
      if (task.state === "cancelled") this.tasks.delete(task.id);
      else this.tasks.set(task.id, task);
    }
  }

  async read_reps() {
    /** @type {Rep[]} */
    const reps = await this.page.api.get("/api/reps");
    know(reps);
    this.reps = new Map(reps.map((rep) => [rep.id, rep]));
  }

  /** Outlines once per import, coverage each time. @returns {Promise<void>} */
  async read_zones() {
    const known = this.zones;
    let { version, features } = await this.page.api.get("/api/zones", { query: { geometry: known.size === 0 } });
    if (known.size && version !== this.version) ({ version, features } = await this.page.api.get("/api/zones"));
    this.version = version;
    this.zones = new Map(features.map((/** @type {Zone} */ zone) =>
      [zone.properties.code, { ...zone, geometry: zone.geometry ?? known.get(zone.properties.code)?.geometry }]));
  }

  get inbox() {
    return [...this.tasks.values()].filter((task) => waits(task));
  }

  get open() {
    return [...this.tasks.values()].filter((task) => !FINAL.has(task.state));
  }

  get late() {
    return this.open.filter((task) => task.late_s > 0);
  }

  /** @param {Chosen | null} chosen */
  choose(chosen) {
    this.chosen = chosen;
    history.replaceState(null, "", chosen ? `#${chosen.kind}=${encodeURIComponent(chosen.id)}` : location.pathname + location.search);
    this.dispatchEvent(new Event("select"));
  }

  /** What the address names, after a reload. */
  recall() {
    const [[kind, id] = []] = [...new URLSearchParams(location.hash.slice(1))];
    if (id && (kind === "task" || kind === "rep" || kind === "zone")) this.choose({ kind, id });
  }
}

/** The smallest id of that moment: ids begin with their time (UUIDv7, RFC 9562 §5.7). @param {number} ms */
function idAt(ms) {
  const time = Math.floor(ms).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}
