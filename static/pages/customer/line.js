// The customer's end of a call: camera, room and peer connection together. What it knows is read from its fields;
// `change` says that some of them are others. Further events: `messages`, `still` (detail: still), `ink` and `pointer`
// (detail: as the room sent it, with the sender's role), `over`.

import { iceServersFrom } from "lib/ice.js";
import { CallPeer } from "lib/peer.js";
import { RoomClient, roomUrl, tabName } from "lib/signalling.js";
import { onWakeUp } from "lib/wakeups.js";
import { Awake } from "pages/customer/awake.js";
import { Camera } from "pages/customer/camera.js";
import { Freezer } from "pages/customer/freezer.js";

/** @typedef {import("lib/room-types.js").OwnMediaState} OwnMediaState */
/** @typedef {import("lib/room-types.js").Kind} Kind */
/** @typedef {import("pages/customer/case.js").Case} Case */

const TALK_MS = 5000; // then a line of chat goes over HTTP

export class Line extends EventTarget {
  /** @param {Case} model @param {import("parts/page.js").Page} page */
  constructor(model, page) {
    super();
    this.model = model;
    this.page = page;
    this.camera = new Camera();
    this.room = new RoomClient({ url: roomUrl(location.origin, model.confirmed?.id ?? "", "customer"), tab: tabName(sessionStorage) });
    this.peer = new CallPeer({ room: this.room, iceServers: iceServersFrom(page.api) });
    this.freezer = new Freezer(this);
    this.awake = new Awake();
    /** @type {MediaStream | null} the technician's sound, and picture if there is one */
    this.remote = null;
    /** @type {string} */
    this.quality = "";
    this.readKey = `curbstop-read-${model.name}`;
    /** How many messages of others were on the screen; a reload does not forget it. Null before the first look. */
    this.read = sessionStorage.getItem(this.readKey) === null ? null : Number(sessionStorage.getItem(this.readKey));
    /** @type {HTMLVideoElement | null} where the own picture is seen; stills are cut from it */
    this.video = null;
    this.told = "";
    this.opened = false;
    this.room.step("link_opened", 0);
    model.talk = (message) => this.talk(message);
    this.listen();
  }

  listen() {
    const { room, peer, camera } = this;
    const ears = /** @type {[string, (frame: any) => void][]} */ ([
      ["line", () => this.tell()],
      ["change", () => this.tell()],
      ["joined", () => this.joined()],
      ["chat_added", () => this.emit("messages")],
      ["still_added", (frame) => this.emit("still", frame.still)],
      ["still_shown", (frame) => frame.still && room.step("first_still")],
      ["freeze_request", (frame) => frame.to === room.state.me && void this.freezer.take(frame.freeze_id)],
      ["freeze_failed", () => this.freezer.drop()],
      ["torch", (frame) => void camera.torch(frame.on)],
      ["ink", (frame) => this.emit("ink", { ...frame, role: this.roleOf(frame.peer) })],
      ["pointer", (frame) => this.emit("pointer", { ...frame, role: this.roleOf(frame.peer) })],
      ["quality", (frame) => frame.peer === room.state.me && ((this.quality = frame.level), this.tell())],
      ["over", () => this.emit("over")],
      ["ended", () => this.emit("over")],
    ]);
    for (const [type, ear] of ears) room.addEventListener(type, (event) => ear(/** @type {CustomEvent} */ (event).detail));
    peer.addEventListener("state", () => this.tell());
    peer.addEventListener("stream", (event) => {
      this.remote = /** @type {CustomEvent} */ (event).detail.stream;
      this.tell();
    });
    peer.addEventListener("stream_gone", () => {
      this.remote = null;
      this.tell();
    });
    camera.addEventListener("change", () => (this.tellMedia(), this.tell()));
    this.sleep = onWakeUp(() => void this.wake());
    this.hides = () => this.tellMedia();
    document.addEventListener("visibilitychange", this.hides);
  }

  joined() {
    // What was said before the call was seen while waiting, or is in the chat for whoever opens it.
    if (this.read === null) this.readAll();
    this.emit("messages");
    this.tellMedia(true);
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

  /** Whether the technician is in the room. */
  get here() {
    return this.room.state.others.some((one) => one.role === "technician" && one.here);
  }

  get shown() {
    return this.room.state.shown ?? this.freezer.held;
  }

  get marks() {
    const still = this.room.state.shown;
    return still ? this.room.state.marksOf(still.id) : [];
  }

  get messages() {
    return [...this.room.state.messages.values()];
  }

  /** Messages of others that were not on the screen yet. */
  get unread() {
    return Math.max(0, this.theirs - (this.read ?? this.theirs));
  }

  get theirs() {
    return this.messages.filter((message) => message.author !== "customer").length;
  }

  /** What the technician said last and is not on the screen yet. */
  get asked() {
    return this.unread > 0 ? (this.messages.findLast((message) => message.author !== "customer") ?? null) : null;
  }

  /** The chat is open: all of it is on the screen. */
  readAll() {
    this.read = this.theirs;
    sessionStorage.setItem(this.readKey, String(this.read));
  }

  get freezing() {
    return this.freezer.state === "taking";
  }

  /** How far the still is on its way, 0–1. */
  get sending() {
    return this.freezer.part;
  }

  /** @returns {"" | "hidden" | "phone_call"} */
  get interruption() {
    return this.onTelephone ? "phone_call" : "";
  }

  /** A telephone call takes the microphone away without ending the track. */
  get onTelephone() {
    return Boolean(this.camera.audio?.muted && this.camera.audio.readyState === "live");
  }

  /** @param {HTMLVideoElement} video */
  showsOn(video) {
    this.video = video;
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
    if (this.room.line !== "joined") throw new Error("not in the room");
    const late = new Promise((_, reject) => setTimeout(reject, TALK_MS, new Error("no answer from the room")));
    const { message: stored } = await Promise.race([this.room.request("chat", message, { keep: false }), late]);
    return stored;
  }

  /** A line that went up another way than through the room. @param {any} stored */
  heard(stored) {
    this.room.state.messages.set(stored.id, stored);
    this.emit("messages");
  }

  /** What a finger draws on the shown still. @param {string} type @param {any} detail */
  draw(type, detail) {
    const still = this.room.state.shown;
    if (!still) return;
    const fields = { still_id: still.id, ...detail };
    if (type === "point") this.room.soon("pointer", fields);
    else if (type === "ink") this.room.send({ type: "ink", ...fields });
    else this.room.request("mark_add", fields).catch((error) => this.page.toast.fault(error));
  }

  /** @param {import("parts/ink.js").Ink} ink */
  async undo(ink) {
    const mark = ink.newest();
    if (mark?.id) await this.room.request("mark_undo", { mark_id: mark.id });
  }

  /** The network, or the person, is back: mend what broke meanwhile. */
  async wake() {
    this.room.nudge();
    this.peer.nudge();
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

  /** @param {string} peer */
  roleOf(peer) {
    return this.room.state.participant(peer)?.role ?? "technician";
  }

  close() {
    this.sleep?.();
    if (this.hides) document.removeEventListener("visibilitychange", this.hides);
    this.peer.close();
    this.room.close();
    this.camera.stop();
    this.freezer.drop();
    this.model.talk = null;
    void this.awake.release();
  }

  tell() {
    this.emit("change");
  }

  /** @param {string} type @param {unknown} [detail] */
  emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
