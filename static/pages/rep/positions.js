// Where the phone is, while its owner has agreed, the page is open and the shift lasts. The server refuses what is
// off shift; then this stops until the next start. Never in the background: browsers cannot, and should not.

import { ApiError } from "lib/api.js";

const EVERY_MS = 60_000;
const FLAG = "share_position";

export class Positions {
  /** @param {import("parts/page.js").Page} page @param {import("pages/rep/work.js").Work} work */
  constructor(page, work) {
    this.page = page;
    this.work = work;
    this.on = false;
    this.sentAt = 0;
    /** @type {number | null} */
    this.watch = null;
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
    else this.stop();
  }

  listen() {
    if (!navigator.geolocation || this.watch !== null) return;
    this.watch = navigator.geolocation.watchPosition((found) => void this.report(found), () => this.stop(),
      { enableHighAccuracy: true, maximumAge: 30_000 });
  }

  stop() {
    if (this.watch !== null) navigator.geolocation.clearWatch(this.watch);
    this.watch = null;
  }

  /** @param {GeolocationPosition} found */
  async report({ coords, timestamp }) {
    if (Date.now() - this.sentAt < EVERY_MS || document.visibilityState !== "visible") return;
    this.sentAt = Date.now();
    const body = { lon: coords.longitude, lat: coords.latitude, accuracy_m: coords.accuracy, at: new Date(timestamp).toISOString() };
    try {
      await this.page.api.post("/api/positions", body);
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) this.stop();
    }
  }
}
