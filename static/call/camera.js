// The phone's camera and microphone for one call: asked for once and kept, because some phones ask again each time.
// What a phone cannot do is found out, never guessed from its name.

/** @typedef {"refused" | "absent" | "busy" | "unsupported"} CameraFault */

const PICTURE = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
// Without ImageCapture a still is cut out of the video, so the video itself has to be large.
const LARGE = { width: { ideal: 1920 }, height: { ideal: 1080 }, frameRate: { ideal: 24, max: 30 } };
const VOICE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** Dispatches `change` when tracks, torch or their health changed. */
export class Camera extends EventTarget {
  constructor() {
    super();
    /** @type {MediaStream | null} */
    this.stream = null;
    /** @type {CameraFault | null} */
    this.fault = null;
    /** @type {"environment" | "user"} */
    this.facing = "environment";
    this.torchOn = false;
    this.voice = true;
  }

  static get supported() {
    return typeof navigator.mediaDevices?.getUserMedia === "function";
  }

  get video() {
    return this.stream?.getVideoTracks()[0] ?? null;
  }

  get audio() {
    return this.stream?.getAudioTracks()[0] ?? null;
  }

  /** Whether the running track has a light. iOS knows it only once the track runs. */
  get hasTorch() {
    return Boolean(/** @type {any} */ (this.video?.getCapabilities?.())?.torch);
  }

  /** @param {{voice: boolean}} wanted @returns {Promise<boolean>} whether there is a picture; else see `fault` */
  async start({ voice }) {
    this.voice = voice;
    this.fault = null;
    if (!Camera.supported) return this.fail("unsupported");
    this.stop();
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: this.constraints(), audio: voice ? VOICE : false });
    } catch (error) {
      const reason = faultOf(error);
      const other = await this.without(reason);
      if (!other) return this.fail(reason);
    }
    for (const track of this.stream?.getTracks() ?? []) this.watch(track);
    if (!this.video) return this.fail("absent");
    this.video.contentHint = "detail";
    this.tell();
    return true;
  }

  /** A phone without one of the two still has the other. @param {CameraFault} reason */
  async without(reason) {
    if (reason !== "absent" || !this.voice) return false;
    for (const wanted of [{ video: this.constraints() }, { audio: VOICE }]) {
      try {
        this.stream = await navigator.mediaDevices.getUserMedia(wanted);
        return true;
      } catch {
        continue;
      }
    }
    return false;
  }

  /** The other camera. Many phones cannot have two open, so the first one is closed before. @returns {Promise<MediaStreamTrack | null>} */
  async flip() {
    const old = this.video;
    if (!this.stream || !old) return null;
    this.facing = this.facing === "environment" ? "user" : "environment";
    this.torchOn = false;
    this.stream.removeTrack(old);
    old.stop();
    return this.restartVideo();
  }

  /** A new picture after the old one ended, for instance through a telephone call. @returns {Promise<MediaStreamTrack | null>} */
  async restartVideo() {
    if (!this.stream) return null;
    try {
      const [track] = (await navigator.mediaDevices.getUserMedia({ video: this.constraints() })).getVideoTracks();
      if (!track) return null;
      for (const old of this.stream.getVideoTracks()) {
        old.stop();
        this.stream.removeTrack(old);
      }
      this.stream.addTrack(track);
      this.watch(track);
      track.contentHint = "detail";
      this.fault = null;
      if (this.torchOn) await this.torch(true);
      this.tell();
      return track;
    } catch (error) {
      this.fail(faultOf(error));
      return null;
    }
  }

  /** @param {boolean} on @returns {Promise<boolean>} whether the light is as wished */
  async torch(on) {
    if (!this.video || !this.hasTorch) return false;
    try {
      await this.video.applyConstraints(/** @type {any} */ ({ advanced: [{ torch: on }] }));
      this.torchOn = on;
    } catch {
      this.torchOn = false;
    }
    this.tell();
    return this.torchOn === on;
  }

  /** Some phones put the light out when anything about the track changes. */
  async torchAgain() {
    if (this.torchOn) await this.torch(true);
  }

  /** @param {boolean} on */
  speak(on) {
    if (this.audio) this.audio.enabled = on;
    this.tell();
  }

  get speaking() {
    return Boolean(this.audio?.enabled);
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.torchOn = false;
  }

  /** @returns {MediaTrackConstraints} */
  constraints() {
    return { facingMode: { ideal: this.facing }, ...("ImageCapture" in globalThis ? PICTURE : LARGE) };
  }

  /** @param {MediaStreamTrack} track */
  watch(track) {
    for (const type of ["mute", "unmute", "ended"]) track.addEventListener(type, () => this.tell());
  }

  /** @param {CameraFault} fault */
  fail(fault) {
    this.fault = fault;
    this.tell();
    return false;
  }

  tell() {
    this.dispatchEvent(new Event("change"));
  }
}

/** @param {unknown} error @returns {CameraFault} */
function faultOf(error) {
  const { name = "" } = /** @type {Error} */ (error ?? {});
  if (name === "NotAllowedError" || name === "SecurityError") return "refused";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "absent";
  return name === "NotReadableError" || name === "AbortError" ? "busy" : "unsupported";
}
