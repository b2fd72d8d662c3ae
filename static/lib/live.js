// “Something changed”: a page subscribes to topics and refetches what it shows. Hints may be lost, so a
// subscriber is also told on every reconnection and every 30 s; the API stays the truth.
//
// The server looks at who may listen before it does listen. What is read before that may be old, and no hint comes of
// what happens in between: only its answer opens the line, and has what hangs on a topic read again.

/** @typedef {{type: string, resource?: string, id?: string, topic?: string, event?: string, topics?: string[], refused?: string[]}} LiveMessage */
/** @typedef {(hint: LiveMessage | null) => void} Subscriber `null`: refetch everything, the reason is unknown */

const REFETCH_MS = 30_000;
const QUIET_MS = 45_000;
const SIGNED_OUT = 4401;
const PROTOCOL = 1;

/** Dispatches `state` (CustomEvent, detail: "connecting" | "open" | "waiting" | "closed") and `signed_out`. */
export class Live extends EventTarget {
  /** @param {{url: string, WebSocket?: typeof WebSocket}} options `url`: wss://…/api/live?surface=… */
  constructor(options) {
    super();
    this.url = options.url;
    this.Socket = options.WebSocket ?? WebSocket;
    /** @type {Map<string, Set<Subscriber>>} */
    this.subscribers = new Map();
    this.state = "closed";
    this.greeted = false;
    /** @type {Set<string>} topics that the server has answered for on this socket */
    this.answered = new Set();
    this.attempt = 0;
    /** @type {WebSocket | null} */
    this.socket = null;
    this.heard = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.retry = undefined;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.tick = undefined;
  }

  /** @param {string} topic @param {Subscriber} subscriber @returns {() => void} ends the subscription */
  subscribe(topic, subscriber) {
    const known = this.subscribers.get(topic);
    if (known) known.add(subscriber);
    else this.subscribers.set(topic, new Set([subscriber]));
    if (this.greeted && !known) this.send({ type: "subscribe", topics: [topic] });
    if (this.state === "closed") this.open();
    return () => {
      const left = this.subscribers.get(topic);
      left?.delete(subscriber);
      if (left?.size !== 0) return;
      this.subscribers.delete(topic);
      if (this.greeted) this.send({ type: "unsubscribe", topics: [topic] }); // a socket takes only so many
    };
  }

  open() {
    clearTimeout(this.retry);
    this.tick ??= setInterval(() => this.beat(), REFETCH_MS);
    this.greeted = false;
    this.become("connecting");
    const socket = new this.Socket(this.url);
    this.socket = socket;
    socket.onopen = () => {
      this.heard = Date.now();
      this.send({ type: "hello", version: PROTOCOL });
    };
    socket.onmessage = (event) => {
      this.heard = Date.now();
      /** @type {LiveMessage} */
      const message = JSON.parse(event.data);
      if (message.type === "welcome") this.welcomed();
      if (message.type === "subscribed") this.listensTo([...(message.topics ?? []), ...(message.refused ?? [])]);
      if (message.type === "changed") this.tell(message);
    };
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.greeted = false;
      if (this.state === "closed") return;
      if (event.code === SIGNED_OUT) {
        this.close();
        this.dispatchEvent(new Event("signed_out"));
        return;
      }
      this.attempt += 1;
      this.become("waiting");
      const wait = Math.min(500 * 2 ** this.attempt, 15_000) * (0.5 + Math.random() / 2);
      this.retry = setTimeout(() => this.open(), wait);
    };
  }

  welcomed() {
    this.greeted = true;
    this.answered = new Set();
    this.send({ type: "subscribe", topics: [...this.subscribers.keys()] });
  }

  /** @param {string[]} topics that the server tells of from here on, or refuses to */
  listensTo(topics) {
    const fresh = topics.filter((topic) => !this.answered.has(topic));
    this.answered = new Set(topics);
    this.attempt = 0;
    if (this.state === "connecting") this.become("open");
    this.tellAll(fresh);
  }

  /** Ask again at once: the network is back, or the page is seen again. */
  nudge() {
    if (this.state === "waiting") this.open();
    else if (this.state === "open") this.tellAll();
  }

  close() {
    clearTimeout(this.retry);
    clearInterval(this.tick);
    this.tick = undefined;
    this.greeted = false;
    this.become("closed");
    this.socket?.close();
    this.socket = null;
  }

  beat() {
    this.tellAll();
    if (!this.greeted) return;
    if (Date.now() - this.heard > QUIET_MS) this.socket?.close();
    else this.send({ type: "ping" });
  }

  /** @param {LiveMessage} message */
  tell(message) {
    for (const subscriber of this.subscribers.get(message.topic ?? "") ?? []) subscriber(message);
  }

  /** @param {Iterable<string>} [topics] whose subscribers; each once */
  tellAll(topics = this.subscribers.keys()) {
    const everyone = new Set([...topics].flatMap((topic) => [...(this.subscribers.get(topic) ?? [])]));
    for (const subscriber of everyone) subscriber(null);
  }

  /** @param {object} message */
  send(message) {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(message));
  }

  /** @param {string} state */
  become(state) {
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }
}
