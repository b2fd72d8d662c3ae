// A call from the phone that shows: a customer's, or a representative's at the pipe. Its camera is the picture, and it
// answers what the desk asks of it: a still, the light.

import { Camera } from "call/camera.js";
import { Connection } from "call/connection.js";
import { FreezeAnswer } from "call/freeze-answer.js";
import { Awake } from "parts/awake.js";

/** @typedef {import("lib/room-types.js").OwnMediaState} OwnMediaState */
/** @typedef {import("lib/room-types.js").Kind} Kind */

const TALK_MS = 5000; // then a line of chat takes another way

/** Further events: `still` (detail: a still that is stored), `removed` (detail: its id). */
export class PhoneEnd extends Connection {
  /** @param {import("call/connection.js").ConnectionOptions} options */
  constructor(options) {
    super(options);
    this.camera = new Camera();
    this.freezing = new FreezeAnswer(this);
    this.awake = new Awake();
    /** @type {HTMLVideoElement | null} where the own picture is seen; stills are cut from it */
    this.video = null;
    this.told = "";
    this.opened = false;
    this.room.step("link_opened", 0);
    const ears = /** @type {[string, (frame: any) => void][]} */ ([
      ["joined", (frame) => (this.tellMedia(true), this.freezing.resume(frame.freeze))],
      ["still_added", (frame) => this.tell("still", frame.still)],
      ["still_removed", (frame) => this.tell("removed", frame.still_id)],
      ["freeze_request", (frame) => frame.to === this.room.state.me && void this.freezing.take(frame.freeze_id)],
      ["freeze_failed", (frame) => this.freezing.failed(frame.freeze_id)],
      ["torch", (frame) => void this.camera.torch(frame.on)],
    ]);
    for (const [type, ear] of ears) this.room.addEventListener(type, (event) => ear(/** @type {CustomEvent} */ (event).detail));
    this.camera.addEventListener("change", () => (this.tellMedia(), this.tell()));
    this.freezing.addEventListener("change", () => this.tell());
    this.hides = () => this.tellMedia();
    document.addEventListener("visibilitychange", this.hides);
  }

  /** Joins, with camera and microphone unless `wanted` is null. @param {{voice: boolean} | null} wanted @returns {Promise<boolean>} whether there is a picture, where one was wanted */
  async open(wanted) {
    void this.awake.hold();
    this.opened = true;
    if (wanted) {
      this.room.step("permission_asked");
      const allowed = await this.camera.start(wanted);
      this.room.step(allowed || this.camera.fault !== "refused" ? "permission_granted" : "permission_refused");
    }
    const { audio, video } = this.camera;
    this.room.join(/** @type {Kind[]} */ ([...(audio ? ["audio"] : []), ...(video ? ["video"] : [])]));
    await this.peer.publish({ ...(audio && { audio }), ...(video && { video }) });
    this.tellMedia();
    return !wanted || video !== null;
  }

  /** @returns {"open" | "lost"} */
  get state() {
    const broken = this.room.line === "waiting" || (this.room.line === "closed" && this.opened) || this.peer.state === "mending" || this.peer.state === "failed";
    return broken ? "lost" : "open";
  }

  /** The still that both look at, or the picture that is held until there is one. @returns {import("call/stage.js").Shown | null} */
  get looking() {
    return this.shown ?? this.freezing.held;
  }

  /** @returns {"" | "hidden" | "phone_call"} */
  get interruption() {
    return this.onTelephone ? "phone_call" : "";
  }

  /** A telephone call takes the microphone away without ending the track. */
  get onTelephone() {
    return Boolean(this.camera.audio?.muted && this.camera.audio.readyState === "live");
  }

  async flip() {
    const track = await this.camera.flip();
    if (track) await this.peer.publish({ video: track });
    this.tellMedia();
  }

  /** @param {boolean} on */
  speak(on) {
    this.camera.speak(on);
  }

  /** A line of chat through the room; rejects where the room is not there, or does not answer. @param {{client_id: string, text: string}} message @returns {Promise<any>} */
  async talk(message) {
    if (!this.joined) throw new Error("not in the room");
    const late = new Promise((_, reject) => setTimeout(reject, TALK_MS, new Error("no answer from the room")));
    const { message: stored } = await Promise.race([this.room.request("chat", message, { keep: false }), late]);
    return stored;
  }

  /** A line that went up another way than through the room. @param {any} stored */
  learned(stored) {
    this.room.state.messages.set(stored.id, stored);
    this.tell("messages");
  }

  /** What broke meanwhile is mended, the camera too. @override */
  wake() {
    super.wake();
    void this.wakeCamera();
  }

  async wakeCamera() {
    const { video } = this.camera;
    if (video && (video.readyState === "ended" || video.muted)) {
      const track = await this.camera.restartVideo();
      if (track) await this.peer.publish({ video: track });
    } else await this.camera.torchAgain();
    this.tellMedia();
  }

  /** @param {boolean} [again] even if nothing changed */
  tellMedia(again = false) {
    const { audio, video, fault, hasTorch, torchOn, speaking } = this.camera;
    /** @type {OwnMediaState} */
    const state = {
      camera: video ? (video.readyState === "live" && !video.muted ? "on" : "failed") : fault === "refused" ? "refused" : fault ? "absent" : "off",
      microphone: audio ? (speaking ? "on" : "off") : fault === "refused" ? "refused" : "off",
      hidden: document.visibilityState === "hidden",
      phone_call: this.onTelephone,
      torch: hasTorch ? (torchOn ? "on" : "off") : "absent",
    };
    const words = JSON.stringify(state);
    if (words === this.told && !again) return;
    this.told = words;
    this.room.note("media_state", state);
  }
  /** @override */
  close() {
    super.close();
    document.removeEventListener("visibilitychange", this.hides);
    this.camera.stop();
    this.freezing.drop();
    void this.awake.release();
  }
}
