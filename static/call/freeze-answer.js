// Freezing (docs/protocol.md section 7), the phone's part: take the still at once, say so, send it beside the video.
//
// idle → taking → sending → idle, by the stored still or by giving up: the room says so, or the line has been away for
// longer than the room waits. Nothing stands over the picture after that; a picture that arrives later is evidence all the same.

import { preview, takeStill } from "call/take-still.js";
import { uuid7 } from "lib/ids.js";
import { buzz } from "parts/awake.js";

/** @typedef {{id: string, url: string, width: number, height: number}} Held */

const TRIES = 3;
/** The room gives a freeze up 20 s after the phone has said that it holds its picture. */
const GIVEN_UP_MS = 25_000;

/** The picture was not sent in time. */
class NotSent extends Error {
  code = "still_not_sent";
}

/** Dispatches `change`. */
export class FreezeAnswer extends EventTarget {
  /** @param {import("call/connection.js").Connection & {camera: import("call/camera.js").Camera, video: HTMLVideoElement | null}} end the phone's */
  constructor(end) {
    super();
    this.end = end;
    /** @type {"idle" | "taking" | "sending"} */
    this.state = "idle";
    /** How far the still is on its way, 0–1. */
    this.part = 0;
    /** @type {Held | null} the picture this phone holds until both see the stored one */
    this.held = null;
    this.freeze = "";
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.waiting = undefined;
  }

  /** @param {string} freezeId */
  async take(freezeId) {
    const { video, camera, room } = this.end;
    if (this.freeze === freezeId || !video?.videoWidth || !camera.video) return;
    this.freeze = freezeId;
    this.become("taking");
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.failed(freezeId), GIVEN_UP_MS);
    try {
      const still = await takeStill(video, camera.video);
      void camera.torchAgain(); // a photo puts the light out on some phones
      if (this.freeze === freezeId) {
        this.hold(still);
        buzz(40);
        this.become("sending");
      }
      const small = await preview(still.blob).catch(() => undefined);
      const said = room.request("frozen", { freeze_id: freezeId, width: still.width, height: still.height, ...(small && { preview: small }) });
      await said.catch(() => undefined); // without a line the picture goes up all the same
      const stored = await this.send(still, freezeId);
      this.end.tell("still", stored);
      await room.request("still_ready", { still_id: stored.id, freeze_id: freezeId }, { keep: true });
    } catch (error) {
      if (this.freeze === freezeId && !this.end.closed) this.end.tell("fault", error);
    } finally {
      if (this.freeze === freezeId) this.drop();
    }
  }

  /** @param {import("call/take-still.js").Still} still @param {string} freezeId */
  async send(still, freezeId) {
    const form = { file: still.blob, name: "still", fields: { client_id: uuid7(), source: still.source, freeze_id: freezeId } };
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.end.api.upload(`${this.end.path}/stills`, form, (part) => {
          if (this.freeze !== freezeId) return; // given up meanwhile: the picture still arrives, and nobody waits
          this.part = part;
          this.tell();
        });
      } catch (error) {
        const passing = /** @type {{passing?: boolean}} */ (error).passing;
        if (!passing || attempt === TRIES || this.freeze !== freezeId) throw error;
      }
    }
  }

  /** The room, or the clock, has given this freeze up. @param {string} freezeId */
  failed(freezeId) {
    if (this.freeze !== freezeId) return;
    const sending = this.state === "sending";
    this.drop();
    if (sending) this.end.tell("fault", new NotSent());
  }

  /** After a lost line the room says what is under way. @param {{freeze_id: string} | null} freeze */
  resume(freeze) {
    if (this.freeze && freeze?.freeze_id !== this.freeze) this.failed(this.freeze);
  }

  /** @param {import("call/take-still.js").Still} still */
  hold({ blob, width, height }) {
    this.release();
    this.held = { id: "", url: URL.createObjectURL(blob), width, height };
  }

  /** It is over, well or not: what both look at now, the room says. */
  drop() {
    clearTimeout(this.waiting);
    this.freeze = "";
    this.release();
    this.become("idle");
  }

  release() {
    if (this.held) URL.revokeObjectURL(this.held.url);
    this.held = null;
  }

  /** @param {"idle" | "taking" | "sending"} state */
  become(state) {
    this.state = state;
    this.part = 0;
    this.tell();
  }

  tell() {
    this.dispatchEvent(new Event("change"));
  }
}
