// A new task is heard and felt while the page is open, and pushed while it is not. A browser lets a page sound only after
// a first touch (autoplay policy), and lets it be told while closed only if its owner has agreed.

import { i18n, t } from "parts/words.js";
import { title } from "pages/rep/stop-row.js";

const SOUND = "alert_sound";
const PUSH = "alert_push";
/** Two tones up, in Hz, each this long: heard over a street, unlike any ring of a phone's own. */
const TONES = [660, 880];
const TONE_S = 0.18;
const SHAKE = [200, 100, 200];
const TOUCHES = ["pointerdown", "keydown"];

export class Alerts {
  /** @param {import("parts/page.js").Page} page @param {import("pages/rep/work.js").Work} work @param {Promise<ServiceWorkerRegistration | null>} worker */
  constructor(page, work, worker) {
    this.page = page;
    this.work = work;
    this.worker = worker;
    this.sound = true;
    this.push = false;
    /** @type {Set<string> | null} tasks that wait for an answer, as this phone knew them last; null before the first reading */
    this.known = null;
    /** @type {AudioContext | null} */
    this.audio = null;
    /** @type {Promise<unknown>} one change of the subscription after the other */
    this.turn = Promise.resolve();
  }

  async start() {
    this.sound = (await this.work.store.get("facts", SOUND)) !== false;
    this.push = (await this.work.store.get("facts", PUSH)) === true;
    for (const type of TOUCHES) addEventListener(type, () => this.wake(), { capture: true });
    this.work.addEventListener("change", () => this.look());
    addEventListener("language", () => void this.renew());
    this.look();
    void this.renew();
  }

  /** Whether something new is there. */
  look() {
    const { route } = this.work;
    if (!route || !this.work.fresh) return; // what was kept here is not news
    const asked = route.stops.filter((stop) => stop.task.state === "assigned").map((stop) => stop.task);
    const { known } = this;
    this.known = new Set(asked.map((task) => task.id));
    const added = known ? asked.filter((task) => !known.has(task.id)) : [];
    const [first] = added;
    if (!first) return;
    navigator.vibrate?.(SHAKE);
    if (this.sound) this.ring();
    this.page.toast.show({ t: "rep.alert.new", params: { what: `${title(first)} · ${t(`common.severity.${first.severity}`)}` } });
  }

  /** After a touch a page may sound. */
  wake() {
    this.audio ??= new AudioContext();
    if (this.audio.state === "suspended") void this.audio.resume().catch(() => {});
  }

  ring() {
    const { audio } = this;
    if (audio?.state !== "running") return;
    const level = audio.createGain();
    level.connect(audio.destination);
    TONES.forEach((pitch, index) => {
      const begins = audio.currentTime + index * TONE_S;
      const tone = audio.createOscillator();
      tone.frequency.value = pitch;
      level.gain.setValueAtTime(0.0001, begins);
      level.gain.exponentialRampToValueAtTime(0.4, begins + 0.02); // no click at its edges
      level.gain.exponentialRampToValueAtTime(0.0001, begins + TONE_S - 0.01);
      tone.connect(level);
      tone.start(begins);
      tone.stop(begins + TONE_S);
    });
  }

  /** @param {boolean} wanted */
  async useSound(wanted) {
    this.sound = wanted;
    await this.work.store.put("facts", wanted, SOUND);
    if (!wanted) return;
    this.wake();
    await this.audio?.resume();
    this.ring(); // as it will be
  }

  /** Whether this browser can be told something while the page is closed. */
  get able() {
    return "PushManager" in globalThis && "Notification" in globalThis && "serviceWorker" in navigator;
  }

  get denied() {
    return this.able && Notification.permission === "denied";
  }

  /** @param {boolean} wanted @returns {Promise<boolean>} whether it is on now */
  usePush(wanted) {
    const change = this.turn.then(() => (wanted ? this.subscribe() : this.unsubscribe()));
    this.turn = change.catch(() => {});
    return change;
  }

  async subscribe() {
    if (!this.able || (await Notification.requestPermission()) !== "granted") return false;
    await this.tellServer();
    await this.keep(true);
    return true;
  }

  async unsubscribe() {
    await this.page.api.delete("/api/push-subscription");
    await this.keep(false);
    const subscription = await (await this.worker)?.pushManager.getSubscription();
    await subscription?.unsubscribe();
    return false;
  }

  /** @param {boolean} on */
  async keep(on) {
    this.push = on;
    await this.work.store.put("facts", on, PUSH);
  }

  /** The server knows this browser by its session: after a new sign-in, and in another language, it hears of it again. */
  async renew() {
    if (!this.push || !this.able || Notification.permission !== "granted") return;
    this.turn = this.turn.then(() => this.tellServer()).catch(() => {}); // without a network: at the next start
    await this.turn;
  }

  async tellServer() {
    const worker = await this.worker;
    if (!worker) throw new Error("no worker");
    await navigator.serviceWorker.ready;
    const { key } = await this.page.api.get("/api/push-key");
    let subscription = await worker.pushManager.getSubscription();
    if (subscription && encoded(subscription.options.applicationServerKey) !== key) {
      await subscription.unsubscribe(); // of another installation's key: nobody could write to it
      subscription = null;
    }
    subscription ??= await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    const { endpoint, keys } = subscription.toJSON();
    const language = i18n.language === "pseudo" ? "en" : i18n.language;
    await this.page.api.put("/api/push-subscription", { endpoint, keys, language });
  }

  /** Whoever signs out is told nothing more; their session takes the server's half with it. */
  async stop() {
    await this.keep(false);
    const found = await navigator.serviceWorker?.getRegistration("/rep");
    const subscription = await found?.pushManager?.getSubscription().catch(() => null);
    await subscription?.unsubscribe().catch(() => {});
  }
}

/** base64url, as the server writes its key. @param {ArrayBuffer | null} bytes */
function encoded(bytes) {
  const text = String.fromCharCode(...new Uint8Array(bytes ?? new ArrayBuffer(0)));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
