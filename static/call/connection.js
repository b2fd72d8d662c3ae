// One device's connection to a call: its line to the room, its media, and what everybody in the room shares. What a device is
// and does with it are the two ends built on this: a phone that shows (`phone-end.js`) and a desk that looks (`desk-end.js`).

import { ApiError } from "lib/api.js";
import { iceServersFrom } from "lib/ice.js";
import { CallPeer } from "lib/peer.js";
import { RoomClient, RoomError, roomUrl, tabName } from "lib/signalling.js";
import { onWakeUp } from "lib/wakeups.js";

/** @typedef {import("lib/room-types.js").Frame} Frame */
/** @typedef {import("lib/room-types.js").Level} Level */
/** @typedef {import("lib/room-types.js").Participant} Participant */
/** @typedef {import("lib/room-types.js").Role} Role */
/** @typedef {{api: import("lib/api.js").Api, request: string, role: Role}} ConnectionOptions whose call, through which surface, as what */

/** What a frame of the room changes on the page. */
const NEWS = /** @type {Record<string, string[]>} */ ({
  joined: ["stills", "shown", "marks", "messages"], still_added: ["stills"], still_removed: ["stills", "shown"], still_shown: ["shown"],
  mark_added: ["marks"], mark_undone: ["marks"], chat_added: ["messages"],
});

/**
 * Dispatches `change` (any field may be another), `stills`, `shown`, `marks`, `messages`, `picture` (`remote` is another), `ink` and
 * `pointer` (detail: the frame, with its sender's `role`), `fault` (detail: error; something the person wanted has failed), `over`.
 */
export class Connection extends EventTarget {
  /** @param {ConnectionOptions} options */
  constructor({ api, request, role }) {
    super();
    this.api = api;
    this.role = role;
    this.path = `/api/requests/${request}`;
    this.room = new RoomClient({ url: roomUrl(location.origin, request, api.surface), tab: tabName(sessionStorage) });
    this.peer = new CallPeer({ room: this.room, iceServers: iceServersFrom(api) });
    /** @type {MediaStream | null} what the other end sends */
    this.remote = null;
    /** Why there is no call any more. */
    this.ended = "";
    this.closed = false;
    this.room.addEventListener("change", (event) => this.heard(/** @type {CustomEvent} */ (event).detail));
    this.room.addEventListener("line", () => this.tell());
    this.room.addEventListener("over", (event) => {
      const { code, reason } = /** @type {CustomEvent} */ (event).detail;
      this.ended = reason || String(code);
      this.tell("over");
      this.tell();
    });
    this.room.addEventListener("ended", () => this.tell("over"));
    this.peer.addEventListener("state", () => this.tell());
    this.peer.addEventListener("measured", () => this.tell());
    for (const type of ["stream", "stream_gone"]) {
      this.peer.addEventListener(type, (event) => this.streamIs(/** @type {CustomEvent} */ (event).detail));
    }
    this.deaf = onWakeUp(() => this.wake());
  }

  // who and what is there ----------------------------------------------------------------------------

  /** The other end: of two who are here, the one whose line stands. @returns {Participant | null} */
  get other() {
    return this.room.state.others.find((one) => one.role !== this.role) ?? null;
  }

  /** Whether the other end is in the room, with its line. */
  get here() {
    return Boolean(this.other?.here);
  }

  get joined() {
    return this.room.line === "joined";
  }

  /** How good this device's own line is, as the room measures it. @returns {Level | null} */
  get ownLevel() {
    return this.room.state.levels.get(this.room.state.me) ?? null;
  }

  /** The worse of both lines. @returns {Level | null} */
  get level() {
    const { levels } = this.room.state;
    const known = [this.ownLevel, levels.get(this.other?.peer ?? "")];
    return /** @type {const} */ (["lost", "poor", "fair", "good"]).find((level) => known.includes(level)) ?? null;
  }

  /** The still that both look at; null is the live picture. @returns {import("lib/room-types.js").Still | null} */
  get shown() {
    return this.room.state.shown;
  }

  get messages() {
    return [...this.room.state.messages.values()];
  }

  /** @param {string} peer @returns {Role} */
  roleOf(peer) {
    return this.room.state.participant(peer)?.role ?? (this.role === "technician" ? "customer" : "technician");
  }

  // what the person does -----------------------------------------------------------------------------

  /** A request of the room; without a line the person is told the same as without a network. @param {string} type @param {object} fields @param {{keep?: boolean}} [options] */
  async ask(type, fields, options) {
    try {
      return await this.room.request(type, fields, options);
    } catch (error) {
      if (error instanceof RoomError && error.code === "closed") throw new ApiError("offline", 0);
      throw error;
    }
  }

  /** @param {{client_id: string, text: string}} message */
  say(message) {
    return this.ask("chat", message);
  }

  /** @param {string} still @param {object} mark */
  mark(still, mark) {
    return this.ask("mark_add", { still_id: still, ...mark });
  }

  /** @param {string} id */
  undo(id) {
    return this.ask("mark_undo", { mark_id: id });
  }

  /** A stroke or a pointer on its way; only while the line stands, and never twice. @param {"ink" | "pointer"} type @param {object} fields */
  passing(type, fields) {
    if (!this.joined) return;
    if (type === "pointer") this.room.soon("pointer", fields);
    else this.room.send({ type, ...fields });
  }

  // news ---------------------------------------------------------------------------------------------

  /** @param {Frame} frame */
  heard(frame) {
    if (frame.type === "ink" || frame.type === "pointer") return this.tell(frame.type, { ...frame, role: this.roleOf(frame["peer"]) });
    if (frame.type === "still_shown" && frame["still"]) this.room.step("first_still");
    for (const topic of NEWS[frame.type] ?? []) this.tell(topic);
    return this.tell();
  }

  /** @param {{peer: string, stream: MediaStream | null}} news */
  streamIs({ peer, stream }) {
    if (this.room.state.participant(peer)?.role === this.role) return;
    this.remote = stream;
    this.tell("picture");
    this.tell();
  }

  /** The network, or the person, is back. */
  wake() {
    this.room.nudge();
    this.peer.nudge();
  }

  /** Ends this device's part; the seat is kept for a reload. */
  close() {
    this.closed = true;
    this.deaf();
    this.peer.close();
    this.room.close();
  }

  /** @param {string} [type] @param {unknown} [detail] */
  tell(type = "change", detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
