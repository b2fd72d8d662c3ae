// Freezing (docs/protocol.md section 7), the phone's part: take the still at once, say so, send it beside the video.

import { uuid7 } from "lib/ids.js";
import { buzz } from "pages/customer/awake.js";
import { preview, takeStill } from "pages/customer/still.js";

/** @typedef {import("pages/customer/line.js").Line} Line */
/** @typedef {{id: string, url: string, width: number, height: number}} Held */

const TRIES = 3;

export class Freezer {
  /** @param {Line} line */
  constructor(line) {
    this.line = line;
    /** @type {"idle" | "taking" | "sending"} */
    this.state = "idle";
    this.part = 0;
    /** @type {Held | null} the picture this phone holds until both see the stored one */
    this.held = null;
    this.freeze = "";
  }

  /** @param {string} freezeId */
  async take(freezeId) {
    const { video, camera, room } = this.line;
    if (this.freeze === freezeId || !video?.videoWidth || !camera.video) return;
    this.freeze = freezeId;
    this.become("taking");
    try {
      const still = await takeStill(video, camera.video);
      void camera.torchAgain(); // a photo puts the light out on some phones
      this.hold(still);
      buzz(40);
      this.become("sending");
      const small = await preview(still.blob).catch(() => undefined);
      await room.request("frozen", { freeze_id: freezeId, width: still.width, height: still.height, ...(small && { preview: small }) });
      const stored = await this.send(still, freezeId);
      this.line.emit("still", stored);
      await room.request("still_ready", { still_id: stored.id, freeze_id: freezeId });
    } catch (error) {
      if (this.freeze === freezeId) this.line.page.toast.fault(error);
    } finally {
      if (this.freeze === freezeId) this.drop();
    }
  }

  /** @param {import("pages/customer/still.js").Still} still @param {string} freezeId */
  async send(still, freezeId) {
    const { api, path } = this.line.model;
    const form = { file: still.blob, name: "still", fields: { client_id: uuid7(), source: still.source, freeze_id: freezeId } };
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await api.upload(`${path}/stills`, form, (part) => {
          if (this.freeze !== freezeId) return; // given up meanwhile: the picture still arrives, as evidence, and nobody waits
          this.part = part;
          this.line.tell();
        });
      } catch (error) {
        const passing = /** @type {{passing?: boolean}} */ (error).passing;
        if (!passing || attempt === TRIES || this.freeze !== freezeId) throw error;
      }
    }
  }

  /** @param {import("pages/customer/still.js").Still} still */
  hold({ blob, width, height }) {
    this.release();
    this.held = { id: "", url: URL.createObjectURL(blob), width, height };
  }

  /** It is over, well or not: what both look at now, the room says. */
  drop() {
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
    this.line.tell();
  }
}
