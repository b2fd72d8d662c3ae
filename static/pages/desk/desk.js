// The desk as a whole: who waits, what is mine, which request is open. The API is the truth; live hints and a
// look every half minute (which also tells the server that this desk is staffed) bring it here.

import { ApiError } from "lib/api.js";
import { i18n } from "parts/words.js";
import { Work } from "pages/desk/work.js";

/** @typedef {import("parts/page.js").Page} Page */
/** @typedef {import("parts/session.js").Me} Me */
/** @typedef {import("pages/desk/views.js").Queue} Queue */
/** @typedef {import("pages/desk/views.js").RequestRow} RequestRow */
/** @typedef {import("pages/desk/views.js").Catalogue} Catalogue */

/** Someone else was faster, or the customer is gone: the list is read again, and nothing is wrong. */
const MISSED = new Set(["already_accepted", "wrong_state", "stale_version", "not_found"]);
export const AT_WORK = new Set(["in_call", "wrap_up"]);

/** Dispatches `queue`, `mine`, `open` (another request is looked at), `erased` (what told of a customer is gone), `catalogue`, and `arrived` (detail: new rows). */
export class Desk extends EventTarget {
  /** @param {Page} page @param {Me} me */
  constructor(page, me) {
    super();
    this.page = page;
    this.api = page.api;
    this.me = me;
    /** @type {Queue | null} */
    this.queue = null;
    /** @type {unknown} */
    this.fault = null;
    /** @type {RequestRow[]} requests that I answer for */
    this.mine = [];
    /** @type {Work | null} */
    this.work = null;
    /** @type {Catalogue | null} */
    this.catalogue = null;
    /** @type {Set<string> | null} who was waiting when last looked */
    this.known = null;
    this.readAt = Date.now();
    this.reading = false;
    this.again = false;
  }

  get technician() {
    return this.me.roles.includes("technician");
  }

  /** Whether I am talking to someone. */
  get busy() {
    return this.mine.some((row) => row.state === "in_call");
  }

  async start() {
    this.page.live.subscribe("queue", () => void this.refresh());
    await Promise.all([this.refresh(), this.loadCatalogue()]);
    const asked = new URLSearchParams(location.hash.slice(1)).get("r");
    const unfinished = this.mine.find((row) => AT_WORK.has(row.state));
    if (asked ?? unfinished) this.show(asked ?? unfinished?.id ?? null);
  }

  /** Reads queue and own requests; asked again meanwhile, once more afterwards. */
  async refresh() {
    if (this.reading) {
      this.again = true;
      return;
    }
    this.reading = true;
    try {
      do {
        this.again = false;
        await this.read();
      } while (this.again);
    } finally {
      this.reading = false;
    }
  }

  async read() {
    try {
      const [queue, mine] = await Promise.all([
        this.api.get("/api/queue"),
        this.api.get("/api/requests", { query: { owner: this.me.id, limit: 40 } }),
      ]);
      this.readAt = Date.now();
      this.queue = queue;
      this.mine = mine.rows;
      this.fault = null;
      this.announce(queue);
    } catch (error) {
      this.fault = error;
    }
    this.tell("queue");
    this.tell("mine");
  }

  /** @param {Queue} queue */
  announce(queue) {
    const now = new Set(queue.rows.map((row) => row.request_id));
    const before = this.known;
    this.known = now;
    const fresh = before ? queue.rows.filter((row) => !before.has(row.request_id)) : [];
    if (fresh.length) this.dispatchEvent(new CustomEvent("arrived", { detail: fresh }));
  }

  async loadCatalogue() {
    const language = i18n.locale;
    this.catalogue = await this.api.get("/api/guides", { query: { language } });
    this.tell("catalogue");
  }

  /** Takes a waiting customer. Exactly one desk gets them. @param {string} id */
  async accept(id) {
    try {
      const request = await this.api.post(`/api/requests/${id}/acceptance`, {});
      this.show(id, request);
    } catch (error) {
      if (!(error instanceof ApiError) || !MISSED.has(error.code)) throw error;
      this.page.toast.show({ text: i18n.error(error) });
    }
    await this.refresh();
  }

  /** Opens a request, or none. @param {string | null} id @param {import("pages/desk/views.js").RequestView} [request] */
  show(id, request) {
    if (this.work?.id === id && id) {
      if (request) this.work.take(request);
      return;
    }
    this.work?.stop();
    this.work = id ? new Work(this, id, request) : null;
    history.replaceState(history.state, "", location.pathname + location.search + (id ? `#r=${id}` : ""));
    this.tell("open");
    void this.work?.start();
  }

  /** @param {string} type */
  tell(type) {
    this.dispatchEvent(new Event(type));
  }
}
