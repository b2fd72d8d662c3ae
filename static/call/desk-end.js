// A call from the desk's side: it hears and speaks, sees what the phone sends, asks it for stills, and looks at them with it.

import { Connection } from "call/connection.js";
import { FreezeWish } from "call/freeze-wish.js";
import { Microphone } from "call/microphone.js";

/** @typedef {import("lib/room-types.js").Participant} Participant */
/** @typedef {import("lib/room-types.js").Still} Still */

/** Shorter breaks are not worth a word. */
const BLINK_MS = 1_500;
const MICROPHONE_MS = 1_500;

export class DeskEnd extends Connection {
  /**
   * @param {import("call/connection.js").ConnectionOptions & {stillOf: (id: string) => Still | null, known: () => boolean}} options
   *   `stillOf`: a still that the page knows, also before the room stands; `known`: whether the other end has been in this call before
   */
  constructor({ stillOf, known, ...options }) {
    super(options);
    this.stillOf = stillOf;
    this.known = known;
    this.microphone = new Microphone();
    this.freezing = new FreezeWish(this);
    /** @type {() => {source: CanvasImageSource, width: number, height: number} | null} what is seen now, or was last: set by the stage */
    this.frame = () => null;
    /** @type {HTMLVideoElement | null} an element that the browser lets show, but not sound */
    this.quiet = null;
    /** @type {string | null | undefined} the still that was asked for and is not on both screens yet; null is the live picture */
    this.wished = undefined;
    this.mendingSince = 0;
    /** A picture has been decoded since the stream began. */
    this.framed = false;
    this.peer.addEventListener("state", () => {
      this.mendingSince = Date.now();
      setTimeout(() => this.tell(), BLINK_MS + 50);
    });
    this.microphone.addEventListener("change", () => this.microphoneIs());
    this.freezing.addEventListener("change", () => this.tell());
  }

  /** The microphone first, where it may be had without a question: sent from the beginning, it costs no second offer. */
  async start() {
    await Promise.race([this.microphone.startIfGranted(), new Promise((resolve) => setTimeout(resolve, MICROPHONE_MS))]);
    if (!this.closed) this.room.join(["audio"]);
  }

  /** Leaves the call for good. */
  stop() {
    this.freezing.stop();
    this.microphone.stop();
    const leaving = this.room.leave();
    this.closed = true;
    this.deaf();
    this.peer.close();
    return leaving;
  }

  // who and what is there ----------------------------------------------------------------------------

  /** The still this desk looks at: what was asked for last, or what the room shows. @override */
  get shown() {
    return this.wished === undefined ? this.room.state.shown : this.stillOf(this.wished ?? "");
  }

  /** @returns {"connecting" | "reconnecting" | "ringing" | "absent" | "live" | "no_camera"} what the stage has to say about the line */
  get standing() {
    if (!this.joined) return this.room.state.me ? "reconnecting" : "connecting";
    const { other } = this;
    if (!other) return this.known() ? "absent" : "ringing";
    if (!other.here) return "absent";
    if (this.peer.state === "mending" && Date.now() - this.mendingSince > BLINK_MS) return "reconnecting";
    return this.hasPicture && this.framed ? "live" : this.awaitsPicture(other) ? "connecting" : "no_camera";
  }

  get hasPicture() {
    return Boolean(this.remote?.getVideoTracks().length) && this.sendsVideo(this.other);
  }

  /** @param {Participant | null} other */
  sendsVideo(other) {
    return Boolean(other && this.room.state.streams[other.peer]?.video !== undefined) && other?.rung !== "stills_voice" && other?.rung !== "upload";
  }

  /** @param {Participant} other */
  awaitsPicture(other) {
    const camera = other.media_state?.camera;
    return other.publish.includes("video") && (camera === undefined || camera === "on") && other.rung !== "stills_voice" && other.rung !== "upload" && this.peer.state !== "failed";
  }

  /** @returns {"none" | "hidden" | "phone_call"} */
  get interruption() {
    return this.other?.media_state?.interruption ?? "none";
  }

  // what the technician does -------------------------------------------------------------------------

  /** Shows a still, or the live picture, here at once and on the phone as soon as the line stands. @param {string | null} still */
  async show(still) {
    this.wished = still;
    this.tell("shown");
    try {
      await this.ask("show_still", { still_id: still }, { keep: true });
    } catch (error) {
      if (!this.closed) throw error;
    } finally {
      if (this.wished === still) this.wished = undefined;
      this.tell("shown");
    }
  }

  /** @param {boolean} on */
  torch(on) {
    return this.ask("torch", { on });
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

  /** @param {import("lib/room-types.js").Frame} frame @override */
  heard(frame) {
    if (frame.type === "joined") this.describe();
    this.freezing.heard(frame);
    super.heard(frame);
  }

  /** @param {{peer: string, stream: MediaStream | null}} news @override */
  streamIs(news) {
    this.framed = news.stream !== null && this.framed;
    super.streamIs(news);
  }

  microphoneIs() {
    void this.peer.publish({ audio: this.microphone.track }).catch(() => {});
    this.describe();
    this.tell();
  }

  /** Tells the room how this device is. */
  describe() {
    this.room.note("media_state", { camera: "absent", microphone: this.microphone.device, hidden: false, phone_call: false, torch: "absent" });
  }
}
