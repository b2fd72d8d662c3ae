// This device's media (docs/protocol.md section 6): one peer connection to the media node, always offered by us, mended
// when the network breaks it, made anew when mending does not help. It follows the room: what others send, it receives.

import { Backoff } from "lib/backoff.js";
import { levelOf, LineMeter } from "lib/line-quality.js";
import { limit, offerCodecs } from "lib/sending.js";
import { Slots } from "lib/slots.js";

/** @typedef {import("lib/room-types.js").Kind} Kind */
/** @typedef {import("lib/room-types.js").Rung} Rung */
/** @typedef {import("lib/signalling.js").RoomClient} RoomClient */
/** @typedef {"idle" | "connecting" | "connected" | "mending" | "failed"} PeerState */
/** @typedef {{room: RoomClient, receive?: Kind[], iceServers?: () => Promise<RTCIceServer[]>, codecs?: string[], RTCPeerConnection?: any, random?: () => number}} PeerOptions */

const GRACE_MS = 2_000;
const MEND_MS = 6_000;
const MEASURE_MS = 5_000;
const AGAIN_MS = [300, 1_000, 2_000, 4_000, 8_000];
const LATER = new Set(["media_unavailable", "media_full", "room_unreachable", "room_busy", "rate_limited", "timeout"]);
const REFUSALS = 4;
/** H.264 first: phones encode it in hardware. */
const CODECS = ["video/H264", "video/VP8"];

/**
 * Dispatches `state` (detail: PeerState), `stream` (detail: {peer, stream}: it began, or its tracks are others), `stream_gone`
 * (detail: {peer}), `measured` (detail: {quality, level}).
 */
export class CallPeer extends EventTarget {
  /** @param {PeerOptions} options */
  constructor(options) {
    super();
    this.room = options.room;
    this.receive = options.receive ?? /** @type {Kind[]} */ (["audio", "video"]);
    this.iceServers = options.iceServers ?? (async () => []);
    this.codecs = options.codecs ?? CODECS;
    this.Connection = options.RTCPeerConnection ?? globalThis.RTCPeerConnection;
    this.random = options.random ?? Math.random;
    /** @type {PeerState} */
    this.state = "idle";
    /** @type {Partial<Record<Kind, MediaStreamTrack | null>>} what we send */
    this.tracks = {};
    /** @type {Rung} */
    this.rung = "video";
    /** @type {RTCPeerConnection | null} */
    this.pc = null;
    this.slots = new Slots((peer, stream) => this.tell(stream ? "stream" : "stream_gone", { peer, stream }));
    this.meter = new LineMeter();
    this.again = new Backoff(AGAIN_MS, 0.5, this.random);
    this.refused = 0;
    /** @type {"" | "offer" | "restart" | "anew"} the most that has to be done next */
    this.wanted = "";
    this.driving = false;
    this.closed = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.mending = undefined;
    this.listen();
  }

  listen() {
    /** @type {[string, (event: any) => void][]} */
    const ears = [
      ["joined", () => this.follow()],
      ["streams", () => this.follow()],
      ["offer_wanted", () => this.pc && this.want("offer")],
      ["moved", ({ detail }) => this.later("anew", this.random() * (detail.retry_after_ms ?? 0))],
      ["rung", ({ detail }) => detail.peer === this.room.state.me && this.applyRung(detail.rung)],
      ["over", () => this.close()],
    ];
    for (const [type, ear] of ears) this.room.addEventListener(type, ear);
    this.deafen = () => ears.forEach(([type, ear]) => this.room.removeEventListener(type, ear));
    this.measuring = setInterval(() => void this.measure(), MEASURE_MS);
  }

  /** Sends these tracks instead of the present ones; null pauses a kind that was sent. @param {Partial<Record<Kind, MediaStreamTrack | null>>} tracks */
  async publish(tracks) {
    this.tracks = { ...this.tracks, ...tracks };
    if (this.tracks.video && "contentHint" in this.tracks.video) this.tracks.video.contentHint = "detail";
    if (!this.pc) return this.follow();
    for (const kind of /** @type {Kind[]} */ (["audio", "video"])) {
      const sender = this.sender(kind);
      if (sender) await sender.replaceTrack(this.tracks[kind] ?? null);
      else if (this.tracks[kind]) this.want("anew");
    }
    return undefined;
  }

  /** Tries at once: the network is back or another one, or the page is seen again. */
  nudge() {
    if (this.pc && this.pc.connectionState !== "connected" && this.pc.connectionState !== "new") this.mend();
  }

  close() {
    this.closed = true;
    this.deafen?.();
    clearInterval(this.measuring);
    this.drop();
    this.become("idle");
  }

  // what has to be done ----------------------------------------------------------------------------

  /** The room has changed: receive what is sent there. */
  follow() {
    if (this.closed || this.room.line !== "joined") return;
    if (this.wanted) void this.drive();
    const streams = this.wantedStreams();
    const sends = Boolean(this.tracks.audio || this.tracks.video);
    if (!this.pc) {
      if (sends || Object.keys(streams).length) this.want("anew");
    } else if (this.slots.differ(streams)) this.want("offer");
  }

  /** @returns {import("lib/room-types.js").Streams} */
  wantedStreams() {
    /** @type {import("lib/room-types.js").Streams} */
    const wanted = {};
    for (const [peer, kinds] of Object.entries(this.room.state.streams)) {
      if (peer === this.room.state.me) continue;
      for (const kind of this.receive) {
        const number = kinds[kind];
        if (number !== undefined) (wanted[peer] ??= {})[kind] = number;
      }
    }
    return wanted;
  }

  /** @param {"offer" | "restart" | "anew"} what */
  want(what) {
    const order = ["", "offer", "restart", "anew"];
    if (order.indexOf(what) > order.indexOf(this.wanted)) this.wanted = what;
    void this.drive();
  }

  /** @param {"offer" | "restart" | "anew"} what @param {number} ms */
  later(what, ms) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.want(what), ms);
  }

  /** One offer at a time, until nothing is wanted. */
  async drive() {
    if (this.driving || this.closed) return;
    this.driving = true;
    try {
      while (this.wanted && !this.closed && this.room.line === "joined") {
        const what = this.wanted;
        this.wanted = "";
        await this.offer(what);
      }
    } finally {
      this.driving = false;
    }
  }

  /** @param {"offer" | "restart" | "anew"} what */
  async offer(what) {
    const anew = what === "anew" || !this.pc;
    const iceServers = anew || what === "restart" ? await this.iceServers() : [];
    if (this.closed) return;
    const pc = anew ? this.make(iceServers) : /** @type {RTCPeerConnection} */ (this.pc);
    try {
      if (what === "restart") {
        if (iceServers.length) pc.setConfiguration({ ...pc.getConfiguration(), iceServers });
        pc.restartIce();
      }
      this.slots.fill(pc, this.wantedStreams());
      await pc.setLocalDescription();
      const receive = this.slots.receive();
      const sdp = pc.localDescription?.sdp ?? "";
      const answer = await this.room.request("offer", { sdp, receive, restart: !anew });
      if (pc !== this.pc || pc.signalingState !== "have-local-offer") return;
      await pc.setRemoteDescription({ type: "answer", sdp: answer["sdp"] });
      this.slots.settle(answer["refused"] ?? {});
      this.applyRung(this.rung);
      this.refused = 0;
      this.again.reset();
      if (pc.connectionState === "connected") this.watch(pc);
    } catch (error) {
      this.failed(what, /** @type {any} */ (error));
    }
  }

  /** @param {"offer" | "restart" | "anew"} what @param {{code?: string, retryAfterMs?: number}} error */
  failed(what, error) {
    if (error.code === "offer_superseded" || error.code === "closed" || error.code === "call_ended") {
      // "closed": the line is lost; `joined` brings us back here, and mending needs it.
      if (error.code === "closed") this.wanted = this.pc?.remoteDescription ? "restart" : "anew";
      return;
    }
    if (LATER.has(error.code ?? "")) {
      this.later(this.pc?.remoteDescription ? what : "anew", Math.max(error.retryAfterMs ?? 0, this.again.next()));
      return;
    }
    this.refused += 1;
    if (this.refused >= REFUSALS) this.become("failed");
    else this.later("anew", this.again.next());
  }

  // the connection ---------------------------------------------------------------------------------

  /** @param {RTCIceServer[]} iceServers */
  make(iceServers) {
    this.drop();
    const pc = new this.Connection({ iceServers, bundlePolicy: "max-bundle" });
    this.pc = pc;
    this.become(this.state === "idle" ? "connecting" : "mending");
    for (const kind of /** @type {Kind[]} */ (["audio", "video"])) {
      const track = this.tracks[kind];
      if (!track) continue;
      const sending = pc.addTransceiver(track, { direction: "sendonly" });
      offerCodecs(sending, kind, kind === "video" ? this.codecs : []);
    }
    pc.onconnectionstatechange = () => pc === this.pc && this.watch(pc);
    this.deadline();
    return pc;
  }

  drop() {
    clearTimeout(this.grace);
    this.noDeadline();
    const pc = this.pc;
    this.pc = null;
    this.slots.clear();
    this.meter = new LineMeter();
    if (!pc) return;
    pc.onconnectionstatechange = null;
    pc.close();
  }

  /** @param {RTCPeerConnection} pc */
  watch(pc) {
    clearTimeout(this.grace);
    if (pc.connectionState === "connected") {
      this.noDeadline();
      this.room.step("connected");
      this.become("connected");
    } else if (pc.connectionState === "disconnected") {
      this.grace = setTimeout(() => this.mend(), GRACE_MS);
    } else if (pc.connectionState === "failed") this.mend();
  }

  /** Restart ICE; a new peer connection when that has not helped in time. */
  mend() {
    if (!this.pc || this.closed) return;
    this.become("mending");
    this.want(this.pc.remoteDescription ? "restart" : "anew");
    this.deadline();
  }

  /** By when it has to be connected. Trying again does not put it off. */
  deadline() {
    this.mending ??= setTimeout(() => {
      this.mending = undefined;
      if (!this.pc || this.pc.connectionState === "connected") return;
      this.deadline();
      this.want("anew"); // without the room's line it waits for that
    }, MEND_MS);
  }

  noDeadline() {
    clearTimeout(this.mending);
    this.mending = undefined;
  }

  /** @param {Kind} kind @returns {RTCRtpSender | undefined} */
  sender(kind) {
    const sending = this.pc?.getTransceivers().filter((one) => one.direction === "sendonly") ?? [];
    return sending.find((one) => one.receiver.track.kind === kind)?.sender;
  }

  /** Sends no more than the rung allows. @param {Rung} rung */
  applyRung(rung) {
    this.rung = rung;
    limit(this.sender("video"), rung === "video" || rung === "low_frame_rate", rung === "low_frame_rate");
    limit(this.sender("audio"), rung !== "upload", false);
  }

  async measure() {
    const pc = this.pc;
    if (!pc || pc.connectionState !== "connected") return;
    const quality = this.meter.measure(/** @type {any} */ (await pc.getStats()));
    if (quality.frames_decoded) this.room.step("first_frame");
    this.room.soon("quality", quality);
    this.tell("measured", { quality, level: levelOf(quality) });
  }

  /** @param {PeerState} state */
  become(state) {
    if (this.state === state) return;
    this.state = state;
    this.tell("state", state);
  }

  /** @param {string} type @param {any} detail */
  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
