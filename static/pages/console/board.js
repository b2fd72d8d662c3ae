// Everything the console shows, read at once and kept fresh by small changes: hints say what to read again, one reading
// at a time, and the selection lives here so that list, map, tables and detail agree. Dispatches `change` (detail: the
// names of what changed) and `select`.

import { outlines } from "lib/outlines.js";
import { reps, rows, tasks, zones } from "pages/console/columns.js";
import { Moves } from "pages/console/day/moves.js";
import { Selection } from "pages/console/day/selection.js";
import { readTypes } from "pages/console/task-types.js";

/** @typedef {import("pages/console/types.js").Task} Task */
/** @typedef {import("pages/console/types.js").Rep} Rep */
/** @typedef {import("pages/console/types.js").Zone} Zone */
/** @typedef {"tasks" | "reps" | "zones"} Kind */
/** @typedef {{kind: "task" | "rep" | "zone" | "plan" | "promises" | "announcement", id: string}} Chosen */
/** @typedef {import("lib/live.js").LiveMessage} Hint */

const ALL = /** @type {Kind[]} */ (["tasks", "reps", "zones"]);
const CALM_MS = 500; // between two readings
const GATHER_MS = 60; // several hints of one transaction come together
const WHOLE_MS = 60_000; // hints may be lost, and clocks run: so often everything is read again
const OPENS_MS = 300; // within which the live line mostly opens
const FEW = 25; // so many things are read alone, more than that all of them
const INBOX = new Set(["unplaced", "escalated"]);
const FINAL = new Set(["done", "cancelled"]);

/** Whether a dispatcher has to decide: nobody has the task, somebody is missing on it, or somebody reports work on it. @param {Task} task */
export function waits(task) {
  return INBOX.has(task.state) || task.undecided || task.alone;
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
    this.atRisk = 0; // promises that may break, and words of customers that nobody has read
    /** @type {import("pages/console/announcements.js").Announcement[] | null} that are not over; null: not read yet */
    this.announced = null;
    /** @type {unknown} */
    this.trouble = null;
    /** @type {Chosen | null} */
    this.chosen = null;
    /** @type {{id: string, best: import("pages/console/types.js").Proposal[]} | null} */
    this.proposed = null;
    /** @type {import("pages/console/types.js").Plan | null} a plan that is looked at and not in force */
    this.planned = null;
    /** @type {string[]} of whoever is here */
    this.roles = [];
    /** @type {Map<string, Rep>} by code; also those who have left */
    this.people = new Map();
    /** @type {Record<string, any>} by zone */
    this.outlines = {};
    /** @type {{tasks: Set<string>, reps: Set<string>}} what to read again */
    this.due = { tasks: new Set(), reps: new Set() };
    this.all = false; // to be read again
    this.busy = this.begun = false;
    this.last = -CALM_MS;
    this.whole = 0; // when everything was read
    this.moves = new Moves(this);
    this.selection = new Selection(this);
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  async start() {
    const { live } = this.page;
    const opened = new Promise((done) => live.addEventListener("state", () => {
      if (live.state !== "open") return;
      done(true);
      this.whole = 0; // what was said before was not heard
    }));
    for (const topic of /** @type {const} */ (["tasks", "inbox", "reps", "zones"])) live.subscribe(topic, (hint) => this.hear(hint));
    await readTypes(this.page.api).catch(() => {}); // names that are missing are no reason to show nothing
    // Once the line is open nothing is missed, and one reading is enough.
    await Promise.race([opened, new Promise((done) => setTimeout(done, OPENS_MS))]);
    await this.read();
  }

  /** @param {Hint | null} hint */
  hear(hint) {
    if (!this.begun) return;
    if (!hint) {
      if (!this.whole || performance.now() - this.whole > WHOLE_MS) this.everything();
      return;
    }
    if (hint.resource === "safety") return; // nothing of the board
    if (hint.id && hint.resource === "task") this.due.tasks.add(hint.id);
    else if (hint.id && (hint.resource === "route" || hint.resource === "position")) this.due.reps.add(hint.id);
    else this.all = true;
    this.soon();
  }

  everything() {
    this.all = true;
    this.soon();
  }

  /** Something was done here: show what came of it. @param {string} id */
  moved(id) {
    this.due.tasks.add(id);
    this.soon();
  }

  soon() {
    if (this.busy || this.timer !== undefined) return;
    this.timer = setTimeout(() => void this.flush(), Math.max(GATHER_MS, this.last + CALM_MS - performance.now()));
  }

  async flush() {
    this.timer = undefined;
    const { tasks, reps } = this.due;
    const all = this.all || tasks.size + reps.size > FEW;
    this.all = false;
    this.due = { tasks: new Set(), reps: new Set() };
    this.busy = true;
    await (all ? this.read() : this.readChanges([...tasks], [...reps]));
    this.busy = false;
    this.last = performance.now();
    if (this.all || this.due.tasks.size + this.due.reps.size) this.soon();
  }

  /** Everything, in one reading; outlines beside it, once for each import. */
  async read() {
    this.begun = true;
    try {
      const [read] = await Promise.all([this.page.api.get("/api/board"), this.version ? null : this.readOutlines()]);
      if (read.version !== this.version) await this.readOutlines();
      this.people = new Map();
      this.zones = new Map();
      this.tasks = new Map();
      this.take(read);
      [this.loaded, this.trouble, this.whole] = [true, null, performance.now()];
    } catch (error) {
      this.trouble = error;
    }
    this.dispatchEvent(new CustomEvent("change", { detail: ALL }));
  }

  async readOutlines() {
    const read = await this.page.api.get("/api/zones/outlines", { cache: "no-cache" });
    [this.version, this.outlines] = [read.version, outlines(read)];
  }

  /** Some tasks and people, and what moved with them. @param {string[]} tasks @param {string[]} reps */
  async readChanges(tasks, reps) {
    const had = tasks.map((id) => this.tasks.get(id)?.rep?.id);
    const query = { tasks: tasks.join(), reps: [...new Set([...reps, ...had])].filter(Boolean).join() };
    /** @type {Kind[]} */
    let changed = ["tasks", "reps", "zones"];
    try {
      const read = await this.page.api.get("/api/board/changes", { query });
      changed = /** @type {const} */ (["tasks", "reps", "zones"]).filter((kind) => read[kind].id?.length || read[kind].code?.length || (kind === "tasks" && read.moved.id.length));
      if (read.version !== this.version) this.all = true; // there are other zones or people now
      else this.take(read);
      this.trouble = null;
    } catch (error) {
      [this.trouble, this.all] = [error, true];
    }
    this.dispatchEvent(new CustomEvent("change", { detail: changed }));
  }

  /** @param {import("pages/console/columns.js").Read} read */
  take(read) {
    for (const rep of reps(read.reps)) this.people.set(rep.code, rep);
    for (const zone of zones(read.zones, this, this.outlines)) this.zones.set(zone.properties.code, zone);
    this.reps = new Map([...this.people.values()].filter(({ active }) => active).map((rep) => [rep.id, rep]));
    for (const rep of this.reps.values()) rep.zones = [];
    for (const { properties } of this.zones.values()) this.people.get(properties.owner?.code ?? "")?.zones.push(properties.code);
    for (const task of tasks(read.tasks, this)) {
      if (task.state === "cancelled" && !task.undecided) this.tasks.delete(task.id);
      else this.tasks.set(task.id, task);
    }
    for (const { id, ...times } of read.moved ? rows(read.moved) : []) {
      const task = this.tasks.get(id);
      if (task) this.tasks.set(id, { ...task, ...times });
    }
  }

  /** After a first reading that failed. */
  again() {
    return this.read();
  }

  get inbox() {
    return [...this.tasks.values()].filter((task) => waits(task));
  }

  /** All but the stops of those who come along: they have no task of their own. */
  get own() {
    return [...this.tasks.values()].filter((task) => !task.companion);
  }

  get open() {
    return this.own.filter((task) => !FINAL.has(task.state));
  }

  get late() {
    return this.open.filter((task) => task.late_s > 0);
  }

  /** Who is proposed for the chosen task, for the map. @param {string} id @param {import("pages/console/types.js").Proposal[]} best */
  propose(id, best) {
    this.proposed = { id, best };
    this.dispatchEvent(new Event("propose"));
  }

  /** Where stops would go, for the timeline; null: nowhere else. @param {import("pages/console/types.js").Plan | null} plan */
  ghost(plan) {
    if (this.planned === plan) return;
    this.planned = plan;
    this.dispatchEvent(new Event("ghost"));
  }

  /** @param {Chosen | null} chosen */
  choose(chosen) {
    if (chosen?.kind !== "plan" && chosen?.kind !== "task") this.ghost(null);
    this.chosen = chosen;
    history.replaceState(null, "", chosen ? `#${chosen.kind}=${encodeURIComponent(chosen.id)}` : location.pathname + location.search);
    this.dispatchEvent(new Event("select"));
  }

  /** What the address names, after a reload. */
  recall() {
    const [[kind, id] = []] = [...new URLSearchParams(location.hash.slice(1))];
    if (id && (kind === "task" || kind === "rep" || kind === "zone" || kind === "plan" || kind === "promises" || kind === "announcement")) this.choose({ kind, id });
  }
}
