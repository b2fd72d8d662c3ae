// A freeze as the desk sees it (docs/protocol.md section 7).
//
// idle → asked → held → idle (the still is there), or failed by any road; then this desk cuts the frame it sees
// and sends that: cutting → idle. A failure with nothing to cut is `failed` until the next wish, or until it has been read.

import { uuid7 } from "lib/ids.js";
import { encode } from "parts/picture.js";

/** @typedef {"idle" | "asked" | "held" | "cutting" | "failed"} FreezeState */

const FROM = /** @type {Record<string, FreezeState[]>} */ ({
  freeze_request: ["idle", "failed"],
  frozen: ["asked"],
  freeze_failed: ["asked", "held"],
  still_shown: ["asked", "held", "failed", "cutting"],
});

/** How long a failure stands over the live picture, in milliseconds. */
const READ_MS = 10_000;

/** Dispatches `change`. */
export class FreezeWish extends EventTarget {
  /** @param {import("call/connection.js").Connection & {frame: () => {source: CanvasImageSource, width: number, height: number} | null}} call the desk's end */
  constructor(call) {
    super();
    this.call = call;
    /** @type {FreezeState} */
    this.state = "idle";
    /** @type {string} why it failed */
    this.reason = "";
    /** @type {{width: number, height: number, preview: string | null} | null} what the phone holds */
    this.held = null;
    /** The share of a cut frame that has been sent, 0–1. */
    this.part = 0;
    this.since = 0;
    /** @type {AbortController | null} */
    this.sending = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.reading = undefined;
  }

  get busy() {
    return this.state === "asked" || this.state === "held" || this.state === "cutting";
  }

  /** The technician wants a still. */
  async ask() {
    if (this.busy) return;
    this.become("asked");
    try {
      await this.call.room.request("freeze_request");
    } catch (error) {
      await this.failed(/** @type {any} */ (error).code ?? "", null);
    }
  }

  /** @param {import("lib/room-types.js").Frame} frame */
  heard(frame) {
    if (frame.type === "joined") return this.resume(frame["freeze"]);
    if (!FROM[frame.type]?.includes(this.state) && !(frame.type === "frozen" && this.state === "idle")) return;
    if (frame.type === "freeze_request") this.become("asked");
    else if (frame.type === "frozen") {
      this.held = { width: frame["width"], height: frame["height"], preview: frame["preview"] ?? null };
      this.become("held");
    } else if (frame.type === "still_shown") this.become("idle");
    else void this.failed(frame["reason"], frame["freeze_id"]);
  }

  /** After a lost line the room says what is still under way. @param {{state: "asked" | "held"} | null} freeze */
  resume(freeze) {
    if (freeze) this.become(freeze.state);
    else if (this.state === "asked" || this.state === "held") this.become("idle");
  }

  /** @param {string} reason @param {string | null} freezeId */
  async failed(reason, freezeId) {
    this.reason = reason;
    if (reason === "cancelled" || !(await this.cut(freezeId))) this.become("failed");
  }

  /** Sends the frame this desk sees. @param {string | null} freezeId @returns {Promise<boolean>} */
  async cut(freezeId) {
    const seen = this.call.frame();
    if (!seen) return false;
    this.part = 0;
    this.become("cutting");
    this.sending = new AbortController();
    try {
      const { blob } = await encode(seen.source, seen.width, seen.height);
      const fields = { client_id: uuid7(), source: "canvas", freeze_id: freezeId ?? "" };
      const path = `${this.call.path}/stills`;
      const still = await this.call.api.upload(path, { file: blob, name: "frame.jpg", fields }, (part) => this.progress(part), this.sending.signal);
      await this.call.room.request("still_ready", { still_id: still.id, freeze_id: freezeId });
      if (this.state === "cutting") this.become("idle");
      return true;
    } catch {
      return false;
    }
  }

  /** @param {number} part */
  progress(part) {
    this.part = part;
    this.dispatchEvent(new Event("change"));
  }

  stop() {
    this.sending?.abort();
    clearTimeout(this.reading);
  }

  /** @param {FreezeState} state */
  become(state) {
    if (state === "idle" || state === "asked") this.held = null;
    if (state !== this.state) this.since = Date.now();
    this.state = state;
    clearTimeout(this.reading);
    if (state === "failed") this.reading = setTimeout(() => this.become("idle"), READ_MS);
    this.dispatchEvent(new Event("change"));
  }
}
