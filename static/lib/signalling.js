// The room's socket (docs/protocol.md): greets, joins, keeps the line alive, comes back by itself, and matches
// answers to requests. It knows no page; whoever uses it listens to its events.

import { Backoff } from "lib/backoff.js";
import { RoomState } from "lib/room-state.js";

/** @typedef {import("lib/room-types.js").Frame} Frame */
/** @typedef {import("lib/room-types.js").Kind} Kind */
/** @typedef {"idle" | "connecting" | "joined" | "waiting" | "closed"} LineState idle: nobody has asked for it yet */
/** @typedef {{frame: Frame, resolve: (frame: Frame) => void, reject: (error: Error) => void, keep: boolean, timer?: ReturnType<typeof setTimeout> | undefined}} Request */
/** @typedef {{url: string, tab: string, token?: string, WebSocket?: any, random?: () => number}} RoomOptions */

const SILENT_MS = 9_000;
const ANSWER_MS = 10_000;
const GREET_MS = 8_000;
const STEPS_MS = [0, 500, 1_000, 2_000, 4_000, 8_000];
const FLOOD_WAIT_MS = 8_000;
const FINAL = new Set([1000, 1003, 1009, 4400, 4401, 4403, 4404, 4409]);
const TRY_AGAIN = new Set(["room_busy", "room_unreachable", "unavailable", "rate_limited"]);
const LOSABLE_EVERY_MS = 40;

/** An `error` frame, or `code: "timeout"` / `"closed"` when no answer came. */
export class RoomError extends Error {
  /** @param {string} code stable @param {{message?: string, where?: string, retry_after_ms?: number}} [more] */
  constructor(code, more = {}) {
    super(more.message || code);
    this.name = "RoomError";
    this.code = code;
    this.where = more.where ?? "";
    this.retryAfterMs = more.retry_after_ms ?? 0;
  }
}

/** The socket's address. @param {string} base `https://…` @param {string} request id @param {string} [surface] */
export function roomUrl(base, request, surface) {
  const query = surface ? `?surface=${encodeURIComponent(surface)}` : "";
  return `${base.replace(/^http/, "ws").replace(/\/$/, "")}/api/rooms/${encodeURIComponent(request)}/socket${query}`;
}

/** The name of this tab, kept over reloads, so that a reload comes back as the same peer. @param {Storage} storage */
export function tabName(storage) {
  const known = storage.getItem("curbstop-tab");
  if (known) return known;
  const name = [...crypto.getRandomValues(new Uint8Array(12))].map((b) => b.toString(16).padStart(2, "0")).join("");
  storage.setItem("curbstop-tab", name);
  return name;
}

/**
 * Dispatches each frame as a CustomEvent of its `type` (detail: the frame), and `line` (detail: LineState), `change`
 * (the room's `state` is another), `over` (detail: {code, reason}; the line will not come back by itself).
 */
export class RoomClient extends EventTarget {
  /** @param {RoomOptions} options */
  constructor(options) {
    super();
    this.url = options.url;
    this.tab = options.tab;
    this.token = options.token;
    this.Socket = options.WebSocket ?? globalThis.WebSocket;
    this.state = new RoomState();
    /** @type {LineState} */
    this.line = "idle";
    /** @type {Kind[]} */
    this.publish = [];
    this.heartbeatMs = 3_000;
    this.backoff = new Backoff(STEPS_MS, 0.5, options.random);
    /** @type {any} */
    this.socket = null;
    /** @type {Map<string, Request>} */
    this.requests = new Map();
    /** @type {Map<string, object>} notes to say once greeted: the newest of each kind, or every telemetry step */
    this.pending = new Map();
    /** @type {Map<string, {fields: object, timer: ReturnType<typeof setTimeout> | null}>} */
    this.losable = new Map();
    this.count = 0;
    this.heard = 0;
    this.endReason = "";
  }

  /** Opens the line and joins. @param {Kind[]} publish what this device intends to send */
  join(publish) {
    this.publish = publish;
    if (this.line === "joined") this.sendJoin();
    else if (this.line === "idle" || this.line === "closed") this.connect();
  }

  /** Asks, and gives the answer. @param {string} type @param {object} [fields] @param {{keep?: boolean}} [options] `keep`: said once the line stands, and again after a reconnection: for frames with a `client_id`, and what may be said twice @returns {Promise<Frame>} */
  request(type, fields = {}, options = {}) {
    const keep = options.keep ?? "client_id" in fields;
    return new Promise((resolve, reject) => {
      this.ask({ frame: { type, ...fields }, resolve, reject, keep });
    });
  }

  /** Says something that nobody answers. What describes this device is said again after a reconnection. @param {string} type @param {any} fields */
  note(type, fields) {
    const key = type === "telemetry" ? `telemetry ${fields.step}` : type;
    if (type === "media_state" || this.line !== "joined") this.pending.set(key, { type, ...fields });
    if (this.line === "joined") this.send({ type, ...fields });
  }

  /** A step of join telemetry (docs/protocol.md); each counts once. @param {string} step @param {number} [atMs] since the link was opened */
  step(step, atMs = performance.now()) {
    if (this.told.has(step)) return;
    this.told.add(step);
    this.note("telemetry", { step, at_ms: Math.round(atMs) });
  }

  /** @type {Set<string>} */
  told = new Set();

  /** Says the newest of something losable, some 25 times a second at most. @param {"pointer" | "quality"} type @param {object} fields */
  soon(type, fields) {
    const waiting = this.losable.get(type);
    if (waiting?.timer) {
      waiting.fields = fields;
      return;
    }
    this.send({ type, ...fields });
    const timer = setTimeout(() => {
      const last = this.losable.get(type);
      this.losable.delete(type);
      if (last && last.fields !== fields) this.soon(type, last.fields);
    }, LOSABLE_EVERY_MS);
    this.losable.set(type, { fields, timer });
  }

  /** Tries at once: the network is back, or the page is seen again. */
  nudge() {
    if (this.line === "waiting") this.connect();
    else if (this.line === "joined" && Date.now() - this.heard > this.heartbeatMs) {
      this.send({ type: "ping" });
      const before = this.heard;
      setTimeout(() => {
        if (this.line === "joined" && this.heard === before) this.lost(1006);
      }, 2_000);
    }
  }

  /** Leaves the call for good. */
  async leave() {
    if (this.line === "joined") await this.request("leave").catch(() => undefined);
    this.close();
  }

  /** Gives up the line without leaving: the seat is kept for whoever comes back with this tab's name. */
  close() {
    this.stopTimers();
    const socket = this.socket;
    this.socket = null;
    this.become("closed");
    socket?.close();
    this.failAll(new RoomError("closed"));
  }

  // the line ---------------------------------------------------------------------------------------

  connect() {
    this.stopTimers();
    this.become("connecting");
    const socket = new this.Socket(this.url);
    this.socket = socket;
    this.greeting = setTimeout(() => this.lost(1006), GREET_MS);
    socket.onopen = () => {
      const hello = { type: "hello", id: this.nextId(), version: 1, tab: this.tab };
      socket.send(JSON.stringify(this.token ? { ...hello, token: this.token } : hello));
    };
    socket.onmessage = (/** @type {{data: string}} */ event) => {
      if (this.socket === socket) this.hear(JSON.parse(event.data));
    };
    socket.onclose = (/** @type {{code: number}} */ event) => {
      if (this.socket === socket) this.lost(event.code);
    };
  }

  /** The socket is gone, or as good as. @param {number} code */
  lost(code) {
    this.stopTimers();
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      socket.onclose = null;
      socket.close();
    }
    for (const [id, request] of this.requests) {
      if (request.keep) continue;
      this.requests.delete(id);
      this.fail(request, new RoomError("closed"));
    }
    if (FINAL.has(code)) {
      this.become("closed");
      this.failAll(new RoomError("closed"));
      this.dispatchEvent(new CustomEvent("over", { detail: { code, reason: this.endReason } }));
      return;
    }
    this.become("waiting");
    this.retry = setTimeout(() => this.connect(), Math.max(this.backoff.next(), code === 4429 ? FLOOD_WAIT_MS : 0));
  }

  beat() {
    if (Date.now() - this.heard > SILENT_MS) this.lost(1006);
    else this.send({ type: "ping", id: this.nextId() });
  }

  stopTimers() {
    clearTimeout(this.retry);
    clearTimeout(this.greeting);
    clearInterval(this.pulse);
  }

  // frames -----------------------------------------------------------------------------------------

  /** @param {Frame} frame */
  hear(frame) {
    this.heard = Date.now();
    if (frame.type === "ping") return this.send({ type: "pong" });
    if (frame.type === "pong") return undefined;
    if (frame.type === "ended") this.endReason = frame["reason"];
    if (this.state.apply(frame)) this.dispatchEvent(new CustomEvent("change", { detail: frame }));
    if (frame.type === "welcome") this.greeted(frame);
    if (frame.type === "joined") this.hasJoined();
    this.settle(frame);
    this.dispatchEvent(new CustomEvent(frame.type, { detail: frame }));
    return undefined;
  }

  /** @param {Frame} welcome */
  greeted(welcome) {
    clearTimeout(this.greeting);
    this.heartbeatMs = welcome["heartbeat_s"] * 1000;
    this.pulse = setInterval(() => this.beat(), this.heartbeatMs);
    this.sendJoin();
  }

  sendJoin() {
    this.send({ type: "join", id: this.nextId(), publish: this.publish });
  }

  hasJoined() {
    this.backoff.reset();
    if (this.line === "joined") return;
    this.become("joined");
    this.step("joined");
    for (const [key, note] of this.pending) {
      this.send(note);
      if (key !== "media_state") this.pending.delete(key);
    }
    for (const [id, request] of [...this.requests]) {
      this.requests.delete(id);
      this.ask(request);
    }
  }

  /** @param {Request} request */
  ask(request) {
    const id = this.nextId();
    this.requests.set(id, request);
    clearTimeout(request.timer);
    if (this.line === "joined") {
      this.send({ ...request.frame, id });
      request.timer = setTimeout(() => this.unanswered(id), ANSWER_MS);
    } else if (!request.keep || this.line === "closed") {
      this.requests.delete(id);
      request.reject(new RoomError("closed"));
    }
  }

  /** @param {string} id */
  unanswered(id) {
    const request = this.requests.get(id);
    if (!request) return;
    this.requests.delete(id);
    if (request.keep) this.ask(request);
    else this.fail(request, new RoomError("timeout"));
  }

  /** @param {Frame} frame */
  settle(frame) {
    const request = frame.of === undefined ? undefined : this.requests.get(frame.of);
    if (!request || frame.of === undefined) return;
    this.requests.delete(frame.of);
    clearTimeout(request.timer);
    if (frame.type !== "error") request.resolve(frame);
    else if (request.keep && TRY_AGAIN.has(frame["code"])) {
      request.timer = setTimeout(() => this.ask(request), frame["retry_after_ms"] ?? 1_000);
    } else request.reject(new RoomError(frame["code"], /** @type {any} */ (frame)));
  }

  /** @param {Request} request @param {Error} error */
  fail(request, error) {
    clearTimeout(request.timer);
    request.reject(error);
  }

  /** @param {Error} error */
  failAll(error) {
    const all = [...this.requests.values()];
    this.requests.clear();
    for (const request of all) this.fail(request, error);
  }

  /** @param {object} frame */
  send(frame) {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(frame));
  }

  nextId() {
    this.count += 1;
    return `c${this.count}`;
  }

  /** @param {LineState} line */
  become(line) {
    if (this.line === line) return;
    this.line = line;
    this.dispatchEvent(new CustomEvent("line", { detail: line }));
  }
}
