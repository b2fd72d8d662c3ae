// Where the phone is, while its owner has agreed, the page is open and the shift lasts. Gathered, kept on the phone, and
// sent a minute's worth at a time; what a gap in the network held back goes up later. The server refuses what is off
// shift; then this stops until the next start. Never in the background: browsers cannot, and should not.

import { ApiError } from "lib/api.js";
import { Track } from "lib/track.js";

const GATHER_MS = 15_000;
const SEND_MS = 60_000;
const FLAG = "share_position";
const OFF_SHIFT = "off_shift_position";

export class Positions {
  /** @param {import("parts/page.js").Page} page @param {import("pages/rep/work.js").Work} work */
  constructor(page, work) {
    this.page = page;
    this.work = work;
    this.on = false;
    this.gatheredAt = 0;
    this.sentAt = 0;
    /** @type {number | null} */
    this.watch = null;
    /** @type {Promise<Track> | null} */
    this.track = null;
    addEventListener("online", () => void this.send());
    document.addEventListener("visibilitychange", () => void this.send()); // looked at again, or put away
  }

  async start() {
    this.on = (await this.work.store.get("facts", FLAG)) === true;
    if (this.on) this.listen();
  }

  /** @param {boolean} wanted */
  async share(wanted) {
    this.on = wanted;
    await this.work.store.put("facts", wanted, FLAG);
    if (wanted) this.listen();
    else await this.forget();
  }

  listen() {
    if (!navigator.geolocation || this.watch !== null) return;
    this.watch = navigator.geolocation.watchPosition((found) => void this.gather(found), (fault) => this.missed(fault),
      { enableHighAccuracy: true, maximumAge: GATHER_MS });
    void this.send(); // what an earlier day's gap held back
  }

  stop() {
    if (this.watch !== null) navigator.geolocation.clearWatch(this.watch);
    this.watch = null;
  }

  /** Whoever stops sharing, or signs out, leaves nothing behind that would still go up. */
  async forget() {
    this.stop();
    await (await this.opened()).forget();
  }

  /** A tunnel is no reason to stop; a refusal is. @param {GeolocationPositionError} fault */
  missed(fault) {
    if (fault.code === fault.PERMISSION_DENIED) this.stop();
  }

  opened() {
    this.track ??= Track.open((batch) => this.page.api.post("/api/rep/positions", batch), this.work.outbox.person);
    return this.track;
  }

  /** @param {GeolocationPosition} found */
  async gather({ coords, timestamp }) {
    if (timestamp - this.gatheredAt < GATHER_MS || document.visibilityState !== "visible") return;
    this.gatheredAt = timestamp;
    await (await this.opened()).add({
      lon: coords.longitude, lat: coords.latitude, accuracy_m: Number.isFinite(coords.accuracy) ? coords.accuracy : null,
      at: new Date(timestamp).toISOString(),
    });
    if (Date.now() - this.sentAt >= SEND_MS) await this.send();
  }

  async send() {
    if (!this.on || !navigator.onLine) return;
    this.sentAt = Date.now();
    try {
      const refused = await (await this.opened()).flush();
      if (refused.at(-1) === OFF_SHIFT) this.stop();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // not heard: it stays on the phone, and goes up with the next
    }
  }
}
