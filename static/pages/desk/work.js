// One request on the desk: what the server says of it, and the call while there is one. Marks and chat go through the
// room while it is open, and through the API otherwise: the same objects either way.

import { DeskEnd } from "call/desk-end.js";
import { ApiError } from "lib/api.js";
import { keepDraft } from "pages/desk/drafts.js";

/** @typedef {import("pages/desk/desk.js").Desk} Desk */
/** @typedef {import("pages/desk/views.js").RequestView} RequestView */
/** @typedef {import("pages/desk/views.js").TimelineEntry} TimelineEntry */
/** @typedef {import("pages/desk/views.js").Still} Still */
/** @typedef {import("pages/desk/views.js").Mark} Mark */
/** @typedef {import("pages/desk/views.js").Message} Message */

/** Dispatches `change` (anything about the request), `call` (a call began or is over), `marks`, `messages`, `stills`. */
export class Work extends EventTarget {
  /** @param {Desk} desk @param {string} id @param {RequestView} [request] */
  constructor(desk, id, request) {
    super();
    this.desk = desk;
    this.api = desk.api;
    this.id = id;
    this.path = `/api/requests/${id}`;
    /** @type {RequestView | null} */
    this.request = request ?? null;
    /** @type {TimelineEntry[]} */
    this.timeline = [];
    /** @type {Map<string, Still>} oldest first */
    this.stills = new Map();
    /** @type {Set<string>} stills that were there and are not any more */
    this.deleted = new Set();
    /** @type {Set<string>} stills that the call's room knows */
    this.inRoom = new Set();
    /** @type {Map<string, Mark[]>} by still */
    this.marks = new Map();
    /** @type {Message[]} oldest first */
    this.messages = [];
    /** @type {DeskEnd | null} */
    this.call = null;
    /** @type {unknown} */
    this.fault = null;
    /** @type {string | null} looked at here while no call is on */
    this.looking = null;
  }

  async start() {
    this.unsubscribe = this.desk.page.live.subscribe(`request:${this.id}`, (hint) => void this.hear(hint?.resource ?? ""));
    await this.refresh();
  }

  stop() {
    this.unsubscribe?.();
    this.hangUp();
    this.stopped = true;
  }

  /** Mine to work on now: in a call or writing it up. */
  get atWork() {
    return this.request?.owner.id === this.desk.me.id && ["in_call", "wrap_up"].includes(this.request.state);
  }

  /** @param {string} what */
  may(what) {
    return this.request?.may.includes(what) ?? false;
  }

  /** @param {string} resource what a live hint names; "" or "*": unknown */
  async hear(resource) {
    try {
      if (resource === "message") await this.readMessages();
      else if (resource === "still") await this.readStills();
      else if (resource === "mark") await Promise.all([...this.marks.keys()].map((still) => this.readMarks(still)));
      else await this.refresh();
    } catch {
      // The next hint, or the half-minute look, brings it.
    }
  }

  async refresh() {
    try {
      const [request, timeline] = await Promise.all([this.api.get(this.path), this.api.get(`${this.path}/timeline`), this.readStills(), this.readMessages()]);
      this.timeline = timeline;
      this.fault = null;
      this.take(request);
    } catch (error) {
      this.fault = error;
      this.tell("change");
    }
  }

  async readStills() {
    /** @type {Still[]} */
    const stills = await this.api.get(`${this.path}/stills`);
    const before = [...this.stills.keys()];
    this.stills = new Map(stills.map((still) => [still.id, still]));
    for (const id of before) if (!this.stills.has(id)) this.deleted.add(id);
    if (this.call) this.keepStills(this.call);
    this.tell("stills");
  }

  async readMessages() {
    this.messages = await this.api.get(`${this.path}/messages`);
    this.tell("messages");
  }

  /** @param {string} still */
  async readMarks(still) {
    this.marks.set(still, await this.api.get(`/api/stills/${still}/marks`));
    this.tell("marks");
  }

  /** @param {RequestView} request */
  take(request) {
    if (this.stopped || (this.request && this.request.version > request.version)) return;
    const erased = Boolean(request.erased_at) && !this.request?.erased_at;
    this.request = request;
    if (erased) this.forget();
    if (request.state === "in_call" && this.atWork) this.pickUp();
    else this.hangUp();
    this.tell("change");
  }

  /** The customer's data was erased: what this desk has read or typed of it goes, too. */
  forget() {
    this.hangUp();
    this.stills = new Map();
    this.marks.clear();
    this.messages = [];
    this.looking = null;
    for (const name of ["note", "result"]) keepDraft(`${name}:${this.id}`, null);
    for (const type of ["stills", "shown", "messages", "note"]) this.tell(type);
    this.desk.tell("erased");
    void this.desk.refresh();
  }

  pickUp() {
    if (this.call) return;
    const call = new DeskEnd({
      api: this.api, request: this.id, role: "technician",
      stillOf: (id) => this.stills.get(id) ?? null, known: () => Boolean(this.request?.call?.customer_joined_at),
    });
    this.call = call;
    this.inRoom = new Set(); // another room knows nothing yet, which deletes nothing
    call.addEventListener("over", () => void this.refresh());
    call.addEventListener("stills", () => this.keepStills(call));
    for (const type of ["stills", "shown", "marks", "messages"]) call.addEventListener(type, () => this.tell(type));
    this.tell("call");
    void call.start();
  }

  /** What the room knows of stills; one that it lets go of was deleted. @param {DeskEnd} call */
  keepStills(call) {
    const { stills } = call.room.state;
    for (const id of this.inRoom) {
      if (stills.has(id)) continue;
      this.stills.delete(id);
      this.deleted.add(id);
    }
    this.inRoom = new Set(stills.keys());
    for (const [id, still] of stills) this.stills.set(id, still);
  }

  hangUp() {
    const call = this.call;
    if (!call) return;
    this.call = null;
    void call.stop();
    this.tell("call");
  }

  /** Does something to the request; refused because it changed, what it is now is shown. @param {string} part @param {object} [body] */
  async act(part, body = {}) {
    return this.send("POST", part, body);
  }

  /** @param {string} method @param {string} part @param {object} body */
  async send(method, part, body) {
    try {
      this.take(await this.api.call(method, part ? `${this.path}/${part}` : this.path, { body }));
    } catch (error) {
      if (error instanceof ApiError && ["stale_version", "wrong_state", "forbidden"].includes(error.code)) await this.refresh();
      throw error;
    }
    void this.desk.refresh();
    void this.readTimeline();
  }

  async readTimeline() {
    this.timeline = await this.api.get(`${this.path}/timeline`, { tries: 1 }).catch(() => this.timeline);
    this.tell("change");
  }

  /** @param {{client_id: string, text: string}} message */
  async say(message) {
    if (this.call) await this.call.say(message);
    else this.messages = [...this.messages, await this.api.post(`${this.path}/messages`, message, { tries: 2 })];
    this.tell("messages");
  }

  /** Everything that was written, oldest first: what was read before, and what the room has brought since. @returns {Message[]} */
  get conversation() {
    const all = new Map(this.messages.map((message) => [message.id, message]));
    for (const [id, message] of this.call?.room.state.messages ?? []) all.set(id, message);
    return [...all.values()].sort((a, b) => a.sent_at.localeCompare(b.sent_at));
  }

  /** @param {string} still @param {{client_id: string, tool: string, points: [number, number][], text?: string}} mark */
  async draw(still, mark) {
    if (this.call) return void (await this.call.mark(still, mark));
    await this.api.post(`/api/stills/${still}/marks`, mark, { tries: 2 });
    await this.readMarks(still);
  }

  /** @param {string} still @param {string} id */
  async undraw(still, id) {
    if (this.call) return void (await this.call.undo(id));
    await this.api.delete(`/api/marks/${id}`, { tries: 2 });
    await this.readMarks(still);
  }

  /** @param {string} still */
  async deleteStill(still) {
    await this.api.delete(`/api/stills/${still}`, { tries: 2 });
    if (this.looking === still) this.looking = null;
    await this.readStills();
    void this.readTimeline();
  }

  /** Looks at a still, with the phone while in a call; null is the live picture. @param {string | null} still */
  async look(still) {
    if (this.call) return void (await this.call.show(still));
    this.looking = still;
    this.tell("stills");
    if (still) await this.readMarks(still);
  }

  /** The still that is looked at. @returns {Still | null} */
  get shown() {
    if (this.call) return this.call.shown;
    return this.stills.get(this.looking ?? "") ?? null;
  }

  /** @param {string} still @returns {Mark[]} */
  marksOf(still) {
    return this.call ? this.call.room.state.marksOf(still) : (this.marks.get(still) ?? []);
  }

  /** @param {string} type */
  tell(type) {
    this.dispatchEvent(new Event(type));
  }
}

/** Where a still's pixels are, for an `<img>`, which cannot send the header that names our session. @param {{url: string}} still */
export function pixels(still) {
  return `${still.url}?surface=desk`;
}
