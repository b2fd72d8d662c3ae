// The customer's request as the page knows it. The API is the truth: whatever happens here is asked for there,
// and what comes back (or a live hint) is what the page shows. Only a draft is kept on the device.

import { ApiError } from "lib/api.js";

/** @typedef {import("lib/api.js").Api} Api */
/** @typedef {import("lib/live.js").Live} Live */
/** @typedef {{guide: string, step: string | null, ending: "solved" | "person" | "stop" | null}} Position */
/** @typedef {{address: string, lon: number | null, lat: number | null, source: string}} Place */
/** @typedef {{task_id: string | null, state: string, rep_name: string | null, eta: string | null, reason: string | null, note: string | null}} Visit */
/**
 * @typedef {{id: string, version: number, state: string, category: string, asker: string, language: string, channel: string,
 *   building: string, equipment: string, description: string, place: Place | null, contact: {name: string, phone: string},
 *   technician: {id: string, name: string} | null, owner: {id: string, name: string}, priority: number, safety_stop: string | null,
 *   guide: Position | null, call: {id: string, technician: {name: string}, accepted_at: string} | null,
 *   verdict: {ownership: string, severity: string} | null, outcome: string | null, outcome_note: string, visit: Visit | null,
 *   rating: {score: number} | null, may: string[]}} RequestView
 */
/** @typedef {{answer: string, label: string, next: string}} GuideAnswer */
/** @typedef {{id: string, kind: string, title: string, text: string, tips: string[], illustration: string, safety: string | null, minutes: number | null, answers: GuideAnswer[]}} GuideStep */
/** @typedef {{id: string, category: string, title: string, summary: string, start: string, steps: Record<string, GuideStep>}} Guide */
/** @typedef {{categories: {code: string, name: string, guide: string | null}[], guides: Guide[]}} Catalogue */
/** @typedef {{asker?: string, building?: string, equipment?: string}} Draft */

const DRAFT = "curbstop-draft";
const KNOWN = "curbstop-request"; // only says that asking for a session is worth it
const FINAL = ["closed", "withdrawn"];

/** Dispatches `change` whenever the page may have to show something else. */
export class Case extends EventTarget {
  /** @param {Api} api @param {Live} live @param {string} language */
  constructor(api, live, language) {
    super();
    this.api = api;
    this.live = live;
    this.language = language === "pseudo" ? "en" : language;
    /** @type {RequestView | null} */
    this.request = null;
    /** @type {Catalogue | null} */
    this.catalogue = null;
    /** @type {string | null} a personal link's secret, until it is redeemed */
    this.token = null;
    /** @type {unknown} why a personal link could not be opened */
    this.fault = null;
    /** Whether what tells of the customer was erased, or may have been: the answer did not come. */
    this.erased = this.erasing = false;
    /** @type {Draft} */
    this.draft = JSON.parse(sessionStorage.getItem(DRAFT) ?? "{}");
    /** @type {(() => void) | null} */
    this.unsubscribe = null;
    /** @type {Promise<unknown>} ends with the last change that was asked for */
    this.changing = Promise.resolve();
  }

  /** Opens the request of this device, after redeeming a personal link if there is one. @param {boolean} camera whether this browser has one */
  async open(camera) {
    const guides = this.loadGuides();
    if (this.token && camera) await this.redeem();
    if (!this.request && !this.token) await this.resume();
    await guides;
  }

  /** A personal link works once, and from then on for this browser alone. */
  async redeem() {
    try {
      const opened = await this.api.post("/api/invitations/redemption", { token: this.token }, { tries: 3 });
      this.token = null;
      this.take(opened);
    } catch (error) {
      if (error instanceof ApiError && error.passing) throw error;
      this.token = null;
      this.fault = error;
      await this.resume();
      this.tell();
    }
  }

  async resume() {
    if (!localStorage.getItem(KNOWN)) return;
    try {
      const me = await this.api.get("/api/me");
      if (me.request_id) this.take(await this.api.get(`/api/requests/${me.request_id}`));
    } catch (error) {
      if (!(error instanceof ApiError) || error.passing) throw error; // no session, or it is over: a new start
    }
  }

  async loadGuides() {
    const { language } = this;
    const catalogue = await this.api.get("/api/guides", { query: { language } });
    if (language !== this.language) return; // an older choice came late
    this.catalogue = catalogue;
    this.tell();
  }

  /** @param {Draft} changes */
  keep(changes) {
    this.draft = { ...this.draft, ...changes };
    sessionStorage.setItem(DRAFT, JSON.stringify(this.draft));
    this.tell();
  }

  /** @param {string} category */
  async start(category) {
    const { asker = "resident", building = "", equipment = "" } = this.draft;
    const manager = asker === "manager";
    this.take(
      await this.api.post("/api/requests", {
        category, asker, language: this.language, building: manager ? building : "", equipment: manager ? equipment : "",
      }),
    );
    sessionStorage.removeItem(DRAFT);
  }

  /** Leaves a request that is over, and starts from the beginning. */
  startAgain() {
    this.forget();
    this.erased = false;
    this.tell();
  }

  forget() {
    this.unsubscribe?.();
    this.unsubscribe = null;
    this.request = null;
    this.fault = null;
    this.token = null;
    this.draft = {};
    localStorage.removeItem(KNOWN);
    sessionStorage.removeItem(DRAFT);
  }

  get id() {
    return /** @type {RequestView} */ (this.request).id;
  }

  get path() {
    return `/api/requests/${this.id}`;
  }

  get over() {
    return FINAL.includes(this.request?.state ?? "");
  }

  /** Details of the request. Each change waits for the one before: they would take each other for a stranger's. @param {object} changes */
  change(changes) {
    const done = this.changing.then(() => this.changeNow(changes));
    this.changing = done.catch(() => {});
    return done;
  }

  /** When someone else changed it meanwhile, the same once more on the new version. @param {object} changes */
  async changeNow(changes) {
    try {
      this.take(await this.api.patch(this.path, { version: this.request?.version, ...changes }));
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "stale_version") throw error;
      await this.refresh();
      this.take(await this.api.patch(this.path, { version: this.request?.version, ...changes }));
    }
  }

  /** @param {string} guide @param {string} step @param {string} answer @returns {Promise<Position>} */
  async answer(guide, step, answer) {
    const { position, request } = await this.api.post(`${this.path}/guide-answers`, { guide, step, answer });
    this.take(request);
    return position;
  }

  async askPerson() {
    await this.api.post(`${this.path}/queue-entry`, undefined, { tries: 3 });
    await this.refresh();
  }

  async leaveQueue() {
    await this.api.delete(`${this.path}/queue-entry`, { tries: 3 });
    await this.refresh();
  }

  async endCall() {
    this.take(await this.api.post(`${this.path}/call-end`, { reason: "customer" }));
  }

  async withdraw() {
    this.take(await this.api.post(`${this.path}/withdrawal`, {}));
  }

  /** @param {number} score @param {string} comment */
  async rate(score, comment) {
    this.take(await this.api.post(`${this.path}/rating`, { score, comment }));
  }

  /** Erases what tells of the customer, there and on this device; the session ends with it. */
  async erase() {
    const again = this.erasing;
    this.erasing = true;
    this.live.close(); // it would hear of the session's end before the answer comes, and begin anew
    try {
      await this.api.post(`${this.path}/erasure`);
    } catch (error) {
      const passing = error instanceof ApiError && error.passing;
      const done = again && error instanceof ApiError && error.status === 401; // it was, only we did not hear
      this.erasing = passing;
      if (!done) {
        this.live.open();
        throw error;
      }
    }
    this.forget();
    sessionStorage.clear();
    [this.erased, this.erasing] = [true, false];
    this.tell();
  }

  async refresh() {
    if (!this.request || this.erasing) return;
    try {
      this.take(await this.api.get(this.path));
    } catch (error) {
      // This device's session is over (erased, or two weeks old): there is nothing left to show of it.
      if (error instanceof ApiError && (error.status === 401 || error.status === 404)) this.startAgain();
      else throw error;
    }
  }

  /** @param {string} language */
  async useLanguage(language) {
    const chosen = (this.language = language === "pseudo" ? "en" : language);
    await this.loadGuides();
    if (chosen !== this.language) return; // another choice meanwhile: the last one counts
    if (this.request && !this.over) await this.change({ language: this.language });
  }

  /** The guide for this request's trouble. @returns {Guide | null} */
  get guide() {
    const code = this.catalogue?.categories.find((category) => category.code === this.request?.category)?.guide;
    return this.catalogue?.guides.find((guide) => guide.id === code) ?? null;
  }

  /** @param {RequestView} request */
  take(request) {
    const known = this.request;
    if (known?.id === request.id && known.version > request.version) return; // an older answer came late
    this.request = request;
    localStorage.setItem(KNOWN, "1");
    if (known?.id !== request.id) {
      this.unsubscribe?.();
      this.unsubscribe = this.live.subscribe(`request:${request.id}`, () => void this.refresh().catch(() => {}));
    }
    this.tell();
  }

  tell() {
    this.dispatchEvent(new Event("change"));
  }
}
