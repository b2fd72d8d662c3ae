// The technician's own voice: permission, choice of device, mute. The track is kept while muted, so that unmuting
// asks for nothing.

/** @typedef {import("lib/room-types.js").DeviceState} DeviceState */

const CHOSEN = "curbstop-microphone";

/** Dispatches `change`. `device` is the state as the room's protocol names it. */
export class Microphone extends EventTarget {
  constructor() {
    super();
    /** @type {MediaStreamTrack | null} */
    this.track = null;
    /** @type {DeviceState} */
    this.device = navigator.mediaDevices ? "off" : "absent";
    /** Asked for, and not answered yet. */
    this.asking = false;
    /** The person has decided to go on without. */
    this.declined = false;
    this.stopped = false;
    this.replug = () => void this.devicesChanged();
    navigator.mediaDevices?.addEventListener("devicechange", this.replug);
  }

  get live() {
    return this.track?.readyState === "live";
  }

  get muted() {
    return this.live && !this.track?.enabled;
  }

  /** Without a word where the browser has said yes before; otherwise the page explains first. */
  async startIfGranted() {
    try {
      const answer = await navigator.permissions.query({ name: /** @type {PermissionName} */ ("microphone") });
      if (answer.state === "granted") await this.start();
      else if (answer.state === "denied") this.become("refused");
    } catch {
      // A browser that cannot be asked: the page offers the button.
    }
  }

  /** @param {string} [id] of the device; the one chosen last, or the browser's own */
  async start(id = localStorage.getItem(CHOSEN) ?? "") {
    if (!navigator.mediaDevices) return this.become("absent");
    this.asking = true;
    this.declined = false;
    this.tell();
    try {
      const wish = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
      const stream = await navigator.mediaDevices.getUserMedia({ audio: id ? { ...wish, deviceId: { ideal: id } } : wish });
      this.use(stream.getAudioTracks()[0] ?? null);
    } catch (error) {
      const name = /** @type {DOMException} */ (error).name;
      this.become(name === "NotAllowedError" ? "refused" : name === "NotFoundError" ? "absent" : "failed");
    } finally {
      this.asking = false;
      this.tell();
    }
    return undefined;
  }

  /** @param {MediaStreamTrack | null} track */
  use(track) {
    const muted = this.muted;
    this.track?.stop();
    if (this.stopped) {
      track?.stop();
      return;
    }
    this.track = track;
    if (!track) return this.become("absent");
    track.enabled = !muted;
    track.addEventListener("ended", () => this.track === track && this.become("failed"));
    this.become(muted ? "off" : "on");
  }

  /** @param {string} id */
  async choose(id) {
    localStorage.setItem(CHOSEN, id);
    await this.start(id);
  }

  /** Whether there was something to mute. */
  toggle() {
    if (!this.live || !this.track) return false;
    this.track.enabled = !this.track.enabled;
    this.become(this.track.enabled ? "on" : "off");
    return true;
  }

  decline() {
    this.declined = true;
    this.tell();
  }

  /** @returns {Promise<MediaDeviceInfo[]>} */
  async devices() {
    const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    return all.filter((device) => device.kind === "audioinput" && device.deviceId !== "");
  }

  /** The headset was unplugged: on with another one. */
  async devicesChanged() {
    if (this.device === "failed") await this.start("");
  }

  stop() {
    this.stopped = true;
    navigator.mediaDevices?.removeEventListener("devicechange", this.replug);
    this.track?.stop();
    this.track = null;
  }

  /** @param {DeviceState} device */
  become(device) {
    this.device = device;
    this.tell();
  }

  tell() {
    if (!this.stopped) this.dispatchEvent(new Event("change"));
  }
}
