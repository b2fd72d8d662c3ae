// A call from the desk's side: the room's line, the media, the other person's phone. One object that the stage shows.

import { ApiError } from "lib/api.js";
import { iceServersFrom } from "lib/ice.js";
import { CallPeer } from "lib/peer.js";
import { RoomClient, RoomError, tabName } from "lib/signalling.js";
import { onWakeUp } from "lib/wakeups.js";
import { socketUrl } from "parts/page.js";
import { Freezing } from "pages/desk/call/freezing.js";
import { Microphone } from "pages/desk/call/microphone.js";

/** @typedef {import("lib/room-types.js").Participant} Participant */
/** @typedef {import("pages/desk/work.js").Work} Work */

/** What the room's frames mean to the page. */
const NEWS = { still_added: "stills", still_shown: "shown", mark_added: "marks", mark_undone: "marks", chat_added: "messages" };

/** Shorter breaks are not worth a word. */
const BLINK_MS = 1_500;
const MICROPHONE_MS = 1_500;

/** Dispatches `change`, `picture` (another stream), `ink` and `pointer` (detail: the frame), and `over`. */
export class Call extends EventTarget {
  /** @param {Work} work */
  constructor(work) {
    super();
    this.work = work;
    this.api = work.api;
    this.room = new RoomClient({ url: socketUrl(`/api/rooms/${work.id}/socket`, this.api.surface), tab: tabName(sessionStorage) });
    this.media = new CallPeer({ room: this.room, iceServers: iceServersFrom(this.api) });
    this.microphone = new Microphone();
    this.freezing = new Freezing(this);
    /** @type {MediaStream | null} the phone's */
    this.stream = null;
    /** @type {() => {source: CanvasImageSource, width: number, height: number} | null} what is seen now, or was last: set by the stage */
    this.frame = () => null;
    /** @type {HTMLVideoElement | null} an element that the browser lets show, but not sound */
    this.quiet = null;
    /** @type {string | null | undefined} the still that was asked for and is not on both screens yet; null is the live picture */
    this.wished = undefined;
    /** @type {string} why there is no call any more */
    this.ended = "";
    this.mendingSince = 0;
    /** A picture has been decoded since the stream began. */
    this.framed = false;
    this.listen();
  }

  listen() {
    const { room, media } = this;
    room.addEventListener("change", (event) => this.heard(/** @type {CustomEvent} */ (event).detail));
    room.addEventListener("line", () => this.tell());
    room.addEventListener("over", (event) => {
      const { code, reason } = /** @type {CustomEvent} */ (event).detail;
      this.ended = reason || String(code);
      this.tell("over");
      this.tell();
    });
    media.addEventListener("state", () => {
      this.mendingSince = Date.now();
      setTimeout(() => this.tell(), BLINK_MS + 50);
      this.tell();
    });
    media.addEventListener("measured", () => this.tell());
    for (const type of ["stream", "stream_gone"]) {
      media.addEventListener(type, (event) => this.streamIs(/** @type {CustomEvent} */ (event).detail));
    }
    this.microphone.addEventListener("change", () => this.microphoneIs());
    this.freezing.addEventListener("change", () => this.tell());
  }

  /** The microphone first, where it may be had without a question: sent from the beginning, it costs no second offer. */
  async start() {
    await Promise.race([this.microphone.startIfGranted(), new Promise((resolve) => setTimeout(resolve, MICROPHONE_MS))]);
    if (this.stopped) return;
    this.room.join(["audio"]);
    this.silence = onWakeUp(() => {
      this.room.nudge();
      this.media.nudge();
    });
  }

  stop() {
    this.stopped = true;
    this.silence?.();
    this.freezing.stop();
    this.microphone.stop();
    this.media.close();
    void this.room.leave();
  }

  // who and what is there ----------------------------------------------------------------------------

  /** The other end: the customer, or a representative on site. @returns {Participant | null} */
  get other() {
    return this.room.state.others.find((one) => one.role !== "technician") ?? null;
  }

  /** The still this desk looks at: what was asked for last, or what the room shows. */
  get shown() {
    if (this.wished === undefined) return this.room.state.shown;
    return this.work.stills.get(this.wished ?? "") ?? null;
  }

  /** @returns {"connecting" | "reconnecting" | "ringing" | "absent" | "live" | "no_camera"} what the stage has to say about the line */
  get standing() {
    if (this.room.line !== "joined") return this.room.state.me ? "reconnecting" : "connecting";
    const { other } = this;
    if (!other) return this.work.request?.call?.customer_joined_at ? "absent" : "ringing";
    if (!other.here) return "absent";
    if (this.media.state === "mending" && Date.now() - this.mendingSince > BLINK_MS) return "reconnecting";
    return this.hasPicture && this.framed ? "live" : this.awaitsPicture(other) ? "connecting" : "no_camera";
  }

  get hasPicture() {
    return Boolean(this.stream?.getVideoTracks().length) && this.sendsVideo(this.other);
  }

  /** @param {Participant | null} other */
  sendsVideo(other) {
    return Boolean(other && this.room.state.streams[other.peer]?.video !== undefined) && other?.rung !== "stills_voice" && other?.rung !== "upload";
  }

  /** @param {Participant} other */
  awaitsPicture(other) {
    const camera = other.media_state?.camera;
    return other.publish.includes("video") && (camera === undefined || camera === "on") && other.rung !== "stills_voice" && other.rung !== "upload" && this.media.state !== "failed";
  }

  /** @returns {"none" | "hidden" | "phone_call"} */
  get interruption() {
    return this.other?.media_state?.interruption ?? "none";
  }

  /** The worse of both lines. */
  get level() {
    const { levels, me } = this.room.state;
    const order = ["lost", "poor", "fair", "good"];
    const known = [levels.get(me), levels.get(this.other?.peer ?? "")].filter((level) => level !== undefined);
    return order.find((level) => known.includes(/** @type {any} */ (level))) ?? null;
  }

  // what the technician does -------------------------------------------------------------------------

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

  /** Shows a still, or the live picture, here at once and on the phone as soon as the line stands. @param {string | null} still */
  async show(still) {
    this.wished = still;
    this.work.tell("shown");
    try {
      await this.ask("show_still", { still_id: still }, { keep: true });
    } catch (error) {
      if (!this.stopped) throw error;
    } finally {
      if (this.wished === still) this.wished = undefined;
      this.work.tell("shown");
    }
  }

  /** @param {boolean} on */
  torch(on) {
    return this.ask("torch", { on });
  }

  /** A stroke or a pointer on its way; only while the line stands, and never twice. @param {string} type @param {object} fields */
  passing(type, fields) {
    if (this.room.line !== "joined") return;
    if (type === "pointer") this.room.soon("pointer", fields);
    else this.room.send({ type, ...fields });
  }

  /** The stage sees the first picture. */
  sees() {
    if (this.framed) return;
    this.framed = true;
    this.tell();
  }

  /** The browser wants a tap before it gives sound. @param {HTMLVideoElement} video */
  silenced(video) {
    this.quiet = video;
    this.tell();
  }

  hear() {
    if (this.quiet) this.quiet.muted = false;
    this.quiet = null;
    this.tell();
  }

  // news ---------------------------------------------------------------------------------------------

  /** @param {import("lib/room-types.js").Frame} frame */
  heard(frame) {
    if (frame.type === "ink" || frame.type === "pointer") return this.dispatchEvent(new CustomEvent(frame.type, { detail: frame }));
    if (frame.type === "joined") this.describe();
    if (frame.type === "joined" || frame.type === "still_added") this.keepStills();
    this.freezing.heard(frame);
    const topic = NEWS[/** @type {keyof typeof NEWS} */ (frame.type)];
    if (frame.type === "still_shown" && frame["still"]) this.room.step("first_still");
    if (topic) this.work.tell(topic);
    if (frame.type === "joined") for (const name of ["stills", "shown", "marks", "messages"]) this.work.tell(name);
    return this.tell();
  }

  keepStills() {
    for (const [id, still] of this.room.state.stills) this.work.stills.set(id, still);
  }

  /** @param {{peer: string, stream: MediaStream | null}} news */
  streamIs({ peer, stream }) {
    const person = this.room.state.participant(peer);
    if (person?.role === "technician") return;
    this.stream = stream;
    this.framed = stream !== null && this.framed;
    this.tell("picture");
    this.tell();
  }

  microphoneIs() {
    void this.media.publish({ audio: this.microphone.track }).catch(() => {});
    this.describe();
    this.tell();
  }

  /** Tells the room how this device is. */
  describe() {
    this.room.note("media_state", { camera: "absent", microphone: this.microphone.device, hidden: false, phone_call: false, torch: "absent" });
  }

  /** @param {string} [type] */
  tell(type = "change") {
    this.dispatchEvent(new Event(type));
  }
}
