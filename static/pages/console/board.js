// Everything the console shows, read through the API and kept fresh: hints say what to read again, at most twice a
// second, and the selection lives here so that list, map, tables and detail agree. Dispatches `change` (detail: the
// names of what changed) and `select`.

/** @typedef {import("pages/console/types.js").Task} Task */
/** @typedef {import("pages/console/types.js").Rep} Rep */
/** @typedef {import("pages/console/types.js").Zone} Zone */
/** @typedef {"tasks" | "reps" | "zones"} Kind */
/** @typedef {{kind: "task" | "rep" | "zone", id: string}} Chosen */

const CALM_MS = 500;
const INBOX = new Set(["unplaced", "escalated"]);
const FINAL = new Set(["done", "cancelled"]);

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
    this.loaded = false;
    /** @type {unknown} */
    this.trouble = null;
    /** @type {Chosen | null} */
    this.chosen = null;
    /** @type {Set<Kind>} */
    this.due = new Set();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  async start() {
    await this.read(["tasks", "reps", "zones"]);
    for (const topic of /** @type {const} */ (["tasks", "inbox", "reps", "zones"])) {
      this.page.live.subscribe(topic, () => this.soon(topic === "inbox" || topic === "tasks" ? ["tasks", "reps", "zones"] : [topic]));
    }
  }

  /** @param {Kind[]} kinds */
  soon(kinds) {
    for (const kind of kinds) this.due.add(kind);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const due = [...this.due];
      this.due.clear();
      void this.read(due);
    }, CALM_MS);
  }

  /** @param {Kind[]} kinds */
  async read(kinds) {
    try {
      await Promise.all(kinds.map((kind) => this[`read_${kind}`]()));
      [this.loaded, this.trouble] = [true, null];
    } catch (error) {
      this.trouble = error;
    }
    this.dispatchEvent(new CustomEvent("change", { detail: kinds }));
  }

  /** Open tasks and today's finished ones, page after page. */
  async read_tasks() {
    /** @type {Task[]} */
    const found = [];
    for (let after; ; ) {
      /** @type {Task[]} */
      const part = await this.page.api.get("/api/tasks", { query: { limit: 1000, after } });
      found.push(...part);
      if (part.length < 1000) break;
      after = part[part.length - 1]?.id;
    }
    this.tasks = new Map(found.map((task) => [task.id, task]));
  }

  async read_reps() {
    this.reps = new Map((await this.page.api.get("/api/reps")).map((/** @type {Rep} */ rep) => [rep.id, rep]));
  }

  /** Outlines once per import, coverage each time. */
  async read_zones() {
    const known = this.zones.size > 0;
    const { version, features } = await this.page.api.get("/api/zones", { query: { geometry: !known } });
    if (known && version !== this.version) {
      this.zones.clear();
      return this.read_zones();
    }
    this.version = version;
    this.zones = new Map(features.map((/** @type {Zone} */ zone) =>
      [zone.properties.code, { ...zone, geometry: zone.geometry ?? this.zones.get(zone.properties.code)?.geometry }]));
  }

  get inbox() {
    return [...this.tasks.values()].filter((task) => INBOX.has(task.state));
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
