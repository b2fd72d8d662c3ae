// The customer's request as the page knows it. The API is the truth: whatever happens here is asked for there, and what
// comes back (or a live hint) is what the page shows. What the network has not taken yet waits on the device
// (`lib/errands.js`), and the page shows the request as it will be then (`projection.js`).

import { ApiError } from "lib/api.js";
import { Errands } from "lib/errands.js";
import { uuid7 } from "lib/ids.js";
import { Kept } from "pages/customer/kept.js";
import { positionAfter, project } from "pages/customer/projection.js";
import { sendErrand } from "pages/customer/sender.js";

/** @typedef {import("lib/api.js").Api} Api */
/** @typedef {import("lib/live.js").Live} Live */
/** @typedef {{guide: string, step: string | null, ending: "solved" | "person" | "stop" | null}} Position */
/** @typedef {{address: string, lon: number | null, lat: number | null, source: string}} Place */
/** @typedef {{task_id: string | null, state: string, rep_name: string | null, eta: string | null, window_start?: string | null, reason: string | null, note: string | null}} Visit */
/**
 * @typedef {{id: string, version: number, state: string, category: string, asker: string, language: string, channel: string,
 *   building: string, equipment: string, description: string, place: Place | null, contact: {name: string, phone: string},
 *   technician: {id: string, name: string} | null, owner: {id: string, name: string}, priority: number, safety_stop: string | null,
 *   guide: Position | null, call: {id: string, technician: {name: string}, accepted_at: string} | null,
 *   verdict: {ownership: string, severity: string, still_ids: string[]} | null, outcome: string | null, outcome_note: string, visit: Visit | null,
 *   rating: {score: number} | null, may: string[]}} RequestView
 */
/** @typedef {{answer: string, label: string, next: string}} GuideAnswer */
/** @typedef {{id: string, kind: string, title: string, text: string, tips: string[], illustration: string, safety: string | null, minutes: number | null, answers: GuideAnswer[]}} GuideStep */
/** @typedef {{id: string, category: string, title: string, summary: string, start: string, steps: Record<string, GuideStep>}} Guide */
/** @typedef {{categories: {code: string, name: string, guide: string | null}[], guides: Guide[]}} Catalogue */
/** @typedef {{asker?: string, building?: string, equipment?: string}} Draft */

const DRAFT = "curbstop-draft";
const KNOWN = "curbstop-request"; // that asking for a session is worth it, and what this device calls the request
const TRIAL = "curbstop-link"; // opened from a personal link, and nothing done yet: such a session ends in minutes
const FINAL = ["closed", "withdrawn"];

/** Dispatches `change` whenever the page may have to show something else, and `said` (detail: message) for a line of chat that is stored now. */
export class Case extends EventTarget {
  /** @param {Api} api @param {Live} live @param {string} language */
  constructor(api, live, language) {
    super();
    this.api = api;
    this.live = live;
    this.language = language === "pseudo" ? "en" : language;
    /** @type {RequestView | null} as the server told it last */
    this.confirmed = null;
    /** @type {RequestView | null} with all that waits on this phone */
    this.request = null;
    /** What this device calls the request, also before the server has one. */
    this.name = "";
    /** @type {Errands} */
    this.errands = new Errands(null, (errand) => this.send(errand));
    this.kept = new Kept(null);
    /** @type {((message: {client_id: string, text: string}) => Promise<any>) | null} the room's way for a line of chat */
    this.talk = null;
    /** @type {Catalogue | null} */
    this.catalogue = null;
    /** @type {Promise<void>} the catalogue's coming */
    this.guides = Promise.resolve();
    /** @type {string | null} a personal link's secret (empty where the address lost it), until it is redeemed */
    this.token = null;
    /** @type {unknown} why a personal link could not be opened */
    this.fault = null;
    /** Whether what tells of the customer was erased, or may have been: the answer did not come. */
    this.erased = this.erasing = false;
    /** @type {Draft} */
    this.draft = JSON.parse(sessionStorage.getItem(DRAFT) ?? "{}");
    /** @type {(() => void) | null} */
    this.unsubscribe = null;
  }

  /** Opens the request of this device, after redeeming a personal link if there is one. @param {boolean} camera whether this browser has one */
  async open(camera) {
    this.kept = await Kept.open();
    this.guides = this.loadGuides();
    this.guides.catch(() => {}); // who needs them asks again
    await this.openErrands();
    if (this.token !== null && camera) await this.redeem();
    if (!this.request && this.token === null) await this.resume();
    if (this.request) await this.guides; // the first questions need none: on a slow line they are there a round trip sooner
    void this.errands.flush();
  }

  async openErrands() {
    this.errands = await Errands.open((errand) => this.send(errand));
    this.errands.addEventListener("change", () => this.tell());
  }

  /** @param {import("lib/errands.js").Errand} errand @returns {Promise<any>} */
  async send(errand) {
    const told = await sendErrand(this, errand);
    localStorage.removeItem(TRIAL);
    return told;
  }

  /** A personal link works for the first browser that opens it, and once something is done there for that one alone. */
  async redeem() {
    try {
      const opened = await this.api.post("/api/invitations/redemption", { token: this.token }, { tries: 3 });
      this.token = null;
      localStorage.setItem(TRIAL, "yes");
      this.take(opened);
    } catch (error) {
      if (error instanceof ApiError && error.passing) throw error;
      this.token = null;
      this.fault = error;
      localStorage.removeItem(TRIAL);
      await this.resume();
      this.tell();
    }
  }

  async resume() {
    const begun = this.errands.list.findLast((errand) => errand.kind === "start");
    if (begun) {
      this.name = begun.subject; // not sent yet, or its answer never came
      return this.tell();
    }
    if (!localStorage.getItem(KNOWN)) return this.asleep();
    const kept = await this.kept.get("request");
    try {
      const me = await this.api.get("/api/me", patience(kept));
      if (me.request_id) this.take(await this.api.get(`/api/requests/${me.request_id}`, patience(kept)), nameOf(me.request_id));
      else await this.kept.forget();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!error.passing) { // no session, or it is over: a new start
        await this.kept.forget();
        return this.asleep();
      }
      if (!kept) throw error;
      this.take(kept, nameOf(kept.id));
    }
  }

  /** What a personal link opened was left alone for too long: the link opens it again. */
  asleep() {
    if (localStorage.getItem(TRIAL)) this.fault ??= new ApiError("link_asleep", 401);
  }

  async loadGuides() {
    const { language } = this;
    const kept = await this.kept.get(`guides:${language}`);
    let catalogue;
    try {
      catalogue = await this.api.get("/api/guides", { query: { language }, ...patience(kept) });
      void this.kept.put(`guides:${language}`, catalogue);
    } catch (error) {
      if (!kept || !(error instanceof ApiError) || !error.passing) throw error;
      catalogue = kept;
    }
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
    await this.guides.catch(() => {});
    if (!this.catalogue) await this.loadGuides();
    this.name = uuid7();
    const body = { category, asker, language: this.language, building: manager ? building : "", equipment: manager ? equipment : "", key: secret() };
    try {
      await this.errands.ask({ subject: this.name, request: "", kind: "start", body });
    } catch (error) {
      this.name = "";
      throw error;
    }
    sessionStorage.removeItem(DRAFT);
  }

  /** Leaves a request that is over, and starts from the beginning. */
  startAgain() {
    this.forget();
    localStorage.removeItem(TRIAL);
    this.erased = false;
    this.tell();
  }

  forget() {
    this.unsubscribe?.();
    this.unsubscribe = null;
    this.request = this.confirmed = null;
    this.name = "";
    this.fault = null;
    this.token = null;
    this.draft = {};
    localStorage.removeItem(KNOWN);
    sessionStorage.removeItem(DRAFT);
    void this.kept.forget();
  }

  /** Where the server has the request; empty as long as it has none. */
  get path() {
    return this.confirmed ? `/api/requests/${this.confirmed.id}` : "";
  }

  /** What of this request waits on this phone. */
  get owed() {
    return this.errands.owed.filter((errand) => errand.subject === this.name);
  }

  /** Does it there, or keeps it until it can be. @param {string} kind @param {object} [body] @returns {Promise<any>} the answer; undefined when it waits */
  act(kind, body = {}) {
    return this.errands.ask({ subject: this.name, request: this.confirmed?.id ?? "", kind, body });
  }

  /** A line of chat; it is kept when this resolves. @param {{client_id: string, text: string}} message */
  async say(message) {
    await this.errands.add({ id: message.client_id, subject: this.name, request: this.confirmed?.id ?? "", kind: "message", body: message });
    void this.errands.flush();
  }

  get over() {
    return FINAL.includes(this.request?.state ?? "");
  }

  /** Details of the request. @param {object} changes */
  change(changes) {
    return this.act("details", changes);
  }

  /** @param {string} guide @param {string} step @param {string} answer @returns {Promise<Position | null>} */
  async answer(guide, step, answer) {
    const given = { guide, step, answer };
    const told = await this.act("guide_answer", given);
    return told?.position ?? positionAfter(this.catalogue, given);
  }

  askPerson() {
    return this.act("queue_entry");
  }

  leaveQueue() {
    return this.act("queue_left");
  }

  endCall() {
    return this.act("call_end", { call: this.request?.call?.id });
  }

  withdraw() {
    return this.act("withdrawal");
  }

  /** It is not solved: a person again. */
  reopen() {
    return this.act("reopening");
  }

  /** @param {number} score @param {string} comment */
  rate(score, comment) {
    return this.act("rating", { score, comment });
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
    await this.errands.clear();
    [this.erased, this.erasing] = [true, false];
    this.tell();
  }

  async refresh() {
    if (!this.confirmed || this.erasing) return;
    try {
      this.take(await this.api.get(this.path));
    } catch (error) {
      // This device's session is over (erased, or two weeks old): there is nothing left to show of it.
      if (!(error instanceof ApiError) || (error.status !== 401 && error.status !== 404)) throw error;
      this.forget();
      this.asleep();
      this.erased = false;
      this.tell();
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

  /** @param {RequestView} request @param {string} [name] what this device calls it, where it is not the one shown */
  take(request, name) {
    const known = this.confirmed;
    if (known?.id === request.id && known.version > request.version) return known; // an older answer came late
    this.confirmed = request;
    void this.kept.put("request", request);
    if (name !== undefined) this.name = name;
    else if (known?.id !== request.id) this.name = request.id;
    localStorage.setItem(KNOWN, JSON.stringify({ id: request.id, name: this.name }));
    if (known?.id !== request.id) {
      this.unsubscribe?.();
      this.unsubscribe = this.live.subscribe(`request:${request.id}`, () => void this.refresh().catch(() => {}));
    }
    this.tell();
    return request;
  }

  tell() {
    this.request = project(this.confirmed, this.owed, this.catalogue);
    this.dispatchEvent(new Event("change"));
  }
}

/** Where there is something to show meanwhile, nobody waits long for what is newer. @param {unknown} kept */
function patience(kept) {
  return kept ? { tries: 1, timeout: 6000 } : {};
}

/** What this device called a request when it was last open here. @param {string} id */
function nameOf(id) {
  try {
    const known = JSON.parse(localStorage.getItem(KNOWN) ?? "");
    return known.id === id && known.name ? String(known.name) : id;
  } catch {
    return id;
  }
}

/** 192 bits of chance, in characters that go into a body as they are. */
function secret() {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
