// The types of tasks and the form that is being written. What is changed is kept on the server a moment later; two who
// write at once are told. Dispatches `types`, `form` (another form, or another shape of it), `words` (only texts and
// numbers changed) and `saved`.

import { ApiError } from "lib/api.js";
import { faultsOf } from "lib/form-definition.js";

/** @typedef {import("lib/form-rules.js").Form} Form */
/** @typedef {import("lib/form-editing.js").Place} Place */
/**
 * @typedef {{code: string, name: string, name_zh_hant: string, name_en: string, category: string, severity: string, skill: string, level: number,
 *   duration_s: number, clock_s: number | null, proof: string, close_level: number, settled_by: string, active: boolean, form: number,
 *   has_draft: boolean, version: number}} TaskType
 */
/** @typedef {{kind: string, what: string, id: string, label: Record<string, string>, names: string[]}} Change */
/** @typedef {{number: number, note: string, published_at: string, published_by: string | null, published_by_en: string | null, fields: number, changes: Change[]}} Version */

const SAVE_MS = 500;

export class Model extends EventTarget {
  /** @param {import("parts/page.js").Page} page @param {boolean} writes */
  constructor(page, writes) {
    super();
    this.page = page;
    /** Whether this person may change anything. */
    this.writes = writes;
    /** @type {TaskType[]} */
    this.types = [];
    /** @type {TaskType | null} */
    this.chosen = null;
    /** @type {Form} */
    this.form = { sections: [] };
    /** @type {import("lib/form-definition.js").FormFault[]} */
    this.faults = [];
    /** @type {Change[]} against the published version */
    this.changes = [];
    this.hasDraft = false;
    /** @type {"" | "saving" | "saved" | "failed" | "stale"} */
    this.state = "";
    /** @type {Place | null} the field whose settings are open */
    this.open = null;
    /** @type {unknown} */
    this.trouble = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {Promise<void>} */
    this.turn = Promise.resolve();
  }

  /** @param {string} [code] */
  async start(code) {
    this.types = await this.page.api.get("/api/task-types");
    const first = this.types.find((type) => type.code === code) ?? this.types[0];
    if (first) await this.choose(first.code);
    this.tell("types");
  }

  /** @param {string} code */
  async choose(code) {
    await this.flush();
    const draft = await this.page.api.get(`/api/task-types/${code}/draft`);
    this.chosen = this.types.find((type) => type.code === code) ?? null;
    this.open = null;
    this.state = "";
    history.replaceState(null, "", `#${code}`);
    this.take(draft);
    this.tell("form");
    this.tell("types");
  }

  /** @param {{version: number, form: number, has_draft: boolean, definition: Form, changes: Change[]}} draft */
  take({ version, form, has_draft: hasDraft, definition, changes }) {
    if (this.chosen) this.chosen = this.replace({ ...this.chosen, version, form, has_draft: hasDraft });
    this.form = definition;
    this.changes = changes;
    this.hasDraft = hasDraft;
    this.faults = faultsOf(definition);
  }

  /** @param {TaskType} type */
  replace(type) {
    this.types = this.types.map((each) => (each.code === type.code ? type : each));
    return type;
  }

  /** @param {Form} form @param {"form" | "words"} what another shape, or only other texts in it */
  change(form, what) {
    if (!this.writes || this.state === "stale") return;
    this.form = form;
    this.faults = faultsOf(form);
    this.state = "saving";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), SAVE_MS);
    this.tell(what);
    this.tell("saved");
  }

  /** Keeps what has been written; one after the other. */
  flush() {
    clearTimeout(this.timer);
    if (this.state === "saving") this.turn = this.turn.then(() => this.save());
    return this.turn;
  }

  async save() {
    const { chosen, form } = this;
    if (!chosen || this.state !== "saving") return;
    try {
      const kept = await this.page.api.put(`/api/task-types/${chosen.code}/draft`, { version: chosen.version, definition: form });
      this.changes = kept.changes;
      this.hasDraft = true;
      this.chosen = this.replace({ ...chosen, version: kept.version, has_draft: true });
      if (this.form === form) this.state = "saved";
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.state = error.code === "stale_version" ? "stale" : "failed";
      this.trouble = error;
      if (error.passing) {
        this.state = "saving";
        this.timer = setTimeout(() => void this.flush(), 4 * SAVE_MS);
      }
    }
    this.tell("saved");
    this.tell("types");
  }

  /** @param {string} note */
  async publish(note) {
    await this.flush();
    const { chosen } = this;
    if (!chosen) return;
    this.take(await this.page.api.post(`/api/task-types/${chosen.code}/forms`, { version: chosen.version, note }));
    this.state = "";
    this.tell("form");
    this.tell("types");
  }

  async discard() {
    await this.flush();
    const { chosen } = this;
    if (!chosen) return;
    this.take(await this.page.api.delete(`/api/task-types/${chosen.code}/draft`, { query: { version: chosen.version } }));
    this.open = null;
    this.state = "";
    this.tell("form");
    this.tell("types");
  }

  /** @returns {Promise<Version[]>} */
  versions() {
    return this.page.api.get(`/api/task-types/${this.chosen?.code}/forms`);
  }

  /** @param {string} what */
  tell(what) {
    this.dispatchEvent(new Event(what));
  }
}
