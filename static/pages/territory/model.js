// What the page shows: the proposals, the one that is looked at, and which of its divisions; the selection lives here so
// that list, map and tables agree. Dispatches `change`.

import { outlines } from "lib/outlines.js";

/** @typedef {{deviation: number, mean_deviation: number, rms_m: number, cut: number, moved: number, moved_load: number, apart: number, nobody: number}} Figures */
/** @typedef {{load: number, deviation: number, zones: number, gained: number, lost: number}} RepFigures */
/** @typedef {{id: string, kind: string, nudged: number, version: number, figures: Figures, reps: RepFigures[], owner: number[]}} Alternative */
/** @typedef {{id: string, code: string, load: number, locked: boolean, beside: number[], able: number[], now: number}} Zone */
/** @typedef {{id: string, code: string, name: string, name_en: string, share: number}} Rep */
/** @typedef {{id: string, state: string, station: string | null, asked_at: string, reason: string, begins_on: string | null, chosen_id: string | null, version: number, told: number, read: number}} Brief */
/** @typedef {{zone_id: string, locked: boolean, deputy_id: string | null, skills: Record<string, number>, language: string}} Terms */
/** @typedef {Brief & {zones: Zone[], reps: Rep[], now: Figures | null, alternatives: Alternative[], used: string[], outdated: boolean}} Proposal */

export const NOBODY = -1;
const GATHER_MS = 300; // several hints of one change come together

export class Model extends EventTarget {
  /** @param {import("parts/page.js").Page} page */
  constructor(page) {
    super();
    this.page = page;
    this.loaded = false;
    /** @type {unknown} */
    this.trouble = null;
    /** @type {Brief[]} */
    this.list = [];
    /** @type {Proposal | null} */
    this.proposal = null;
    /** @type {string | null} of the division that is shown; null: how it is now */
    this.shown = null;
    /** @type {number | null} */
    this.zone = null;
    /** @type {Record<string, any>} */
    this.shapes = {};
    /** @type {Map<string, Terms>} by zone */
    this.terms = new Map();
    this.busy = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  async start() {
    this.page.live.subscribe("zones", (hint) => {
      if (!hint || hint.resource === "territory" || hint.resource === "import") this.soon();
    });
    await this.read();
  }

  soon() {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      if (this.busy) this.soon();
      else void this.read();
    }, GATHER_MS);
  }

  /** Everything anew; what was looked at stays in sight. @param {string} [wanted] a proposal */
  async read(wanted) {
    const { api } = this.page;
    try {
      if (!this.loaded) this.shapes = outlines(await api.get("/api/zones/outlines"));
      const agreed = /** @type {{zones: Terms[]}} */ (await api.get("/api/territory/terms"));
      this.terms = new Map(agreed.zones.map((each) => [each.zone_id, each]));
      this.list = await api.get("/api/territory/proposals");
      const id = wanted ?? this.proposal?.id ?? this.list[0]?.id;
      const before = this.proposal?.id;
      this.proposal = id ? await api.get(`/api/territory/proposals/${id}`) : null;
      if (this.proposal?.id !== before) [this.zone, this.shown] = [null, null];
      const known = this.proposal?.alternatives.map((each) => each.id) ?? [];
      if (!this.shown || !known.includes(this.shown)) this.shown = this.proposal?.chosen_id ?? known[0] ?? null;
      [this.loaded, this.trouble] = [true, null];
    } catch (error) {
      this.trouble = error;
    }
    this.tell();
  }

  tell() {
    this.dispatchEvent(new Event("change"));
  }

  /** @returns {Alternative | null} */
  get alternative() {
    return this.proposal?.alternatives.find((each) => each.id === this.shown) ?? null;
  }

  /** Whose each zone is in what is shown. @returns {number[]} */
  get owner() {
    return this.alternative?.owner ?? this.proposal?.zones.map((zone) => zone.now) ?? [];
  }

  get editable() {
    return this.proposal?.state === "ready" && this.alternative !== null;
  }

  /** Who has a zone beside this one, and is able to have it. @param {number} at */
  neighbours(at) {
    const { proposal, owner } = this;
    const zone = proposal?.zones[at];
    if (!zone) return [];
    const near = new Set(zone.beside.map((other) => owner[other] ?? NOBODY));
    return [...near].filter((rep) => rep !== NOBODY && rep !== owner[at]).sort((a, b) => a - b);
  }

  /** @param {string | null} id */
  show(id) {
    this.shown = id;
    this.tell();
  }

  /** @param {number | null} at */
  choose(at) {
    this.zone = at;
    this.tell();
  }

  /** @param {string} [station] all of them when left out */
  async ask(station) {
    const made = await this.page.api.post("/api/territory/proposals", station ? { station } : {});
    await this.read(made.id);
  }

  /** @param {number} at @param {number} rep */
  async give(at, rep) {
    const { proposal, alternative } = this;
    const zone = proposal?.zones[at];
    if (!proposal || !alternative || !zone || !this.editable) return;
    await this.change(alternative, () => this.page.api.post(`/api/territory/alternatives/${alternative.id}/nudges`,
      { zones: [zone.id], rep_id: proposal.reps[rep]?.id ?? null, version: alternative.version }));
  }

  /** What is agreed about a zone, for the next proposal and from now on. @param {string} id @param {Partial<Terms>} change */
  async agree(id, change) {
    const { locked, deputy_id, skills, language } = { locked: false, deputy_id: null, skills: {}, language: "", ...this.terms.get(id), ...change };
    await this.page.api.put(`/api/zones/${id}/terms`, { locked, deputy_id, skills, language });
    await this.read();
  }

  /** The division as it was found. */
  async undo() {
    const { alternative } = this;
    if (!alternative) return;
    await this.change(alternative, () => this.page.api.delete(`/api/territory/alternatives/${alternative.id}/nudges`, { query: { version: alternative.version } }));
  }

  /** The answer of a change takes the place of what was there. @param {Alternative} alternative @param {() => Promise<Alternative>} work */
  async change(alternative, work) {
    this.busy = true;
    try {
      Object.assign(alternative, await work());
    } catch (error) {
      await this.read();
      throw error;
    } finally {
      this.busy = false;
    }
    this.tell();
  }

  /** @param {string} day @param {boolean} confirmed */
  async publish(day, confirmed) {
    const { proposal, alternative } = this;
    if (!proposal || !alternative) return;
    await this.page.api.post(`/api/territory/proposals/${proposal.id}/publication`,
      { alternative_id: alternative.id, begins_on: day, version: alternative.version, confirmed });
    await this.read();
  }

  async withdraw() {
    const { proposal } = this;
    if (!proposal) return;
    await this.page.api.delete(`/api/territory/proposals/${proposal.id}/publication`, { query: { version: proposal.version } });
    await this.read();
  }
}
