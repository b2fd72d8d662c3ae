// A chat, the same on the phone and at the desk. `show(messages)` draws what is stored; `send` is called with
// {client_id, text} and its line stays pending until a stored message with that client_id arrives.

import { uuid7 } from "lib/ids.js";
import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import { drawnFrom, redraw } from "parts/redraw.js";
import { i18n, t } from "parts/words.js";

/** @typedef {{id?: string, client_id: string, author?: string, role?: string, author_name?: string, name?: string, text: string, sent_at: string, state?: string}} Message */

/**
 * @param {{send: (message: {client_id: string, text: string}) => Promise<unknown>, mine: (message: Message) => boolean,
 *   quick?: () => string[], intro?: string}} options `quick`: replies ready to tap; `intro`: key shown while empty
 */
export function chat({ send, mine, quick, intro = "common.chat.empty" }) {
  /** @type {Map<string, Message>} */
  let stored = new Map();
  /** @type {Map<string, Message>} */
  const pending = new Map();
  const list = h("ol");
  const log = h("div", { class: "log", role: "log", "aria-live": "polite", label: "common.chat", tabindex: 0 }, list);
  const input = h("textarea", { class: "input", rows: 1, maxlength: 2000, label: "common.chat.placeholder", placeholder: "common.chat.placeholder", enterkeyhint: "send" });
  const form = h("form", null, h("div", { class: "grow" }, input), button({ icon: "send", kind: "primary", type: "submit", label: "common.send" }));
  const replies = h("div", { class: "quick" });
  const offer = drawnFrom(replies);
  const element = h("section", { class: "chat", label: "common.chat" }, log, quick && replies, form);

  /** @param {Message} message */
  const line = (message) => {
    const own = mine(message) || Boolean(message.state);
    const who = message.author_name || message.name;
    const failed = message.state === "failed";
    const body = h(
      "li", { data: { mine: own, state: message.state } },
      !own && who && h("span", { class: "who", text: who }),
      message.text,
      h("time", { datetime: message.sent_at, text: failed ? t("common.chat.failed") : message.state ? t(message.state === "waiting" ? "common.chat.waiting" : "common.chat.sending") : i18n.time(message.sent_at) }),
    );
    if (failed) {
      body.tabIndex = 0;
      body.setAttribute("role", "button");
      body.addEventListener("click", () => void post(message));
      body.addEventListener("keydown", (event) => event.key === "Enter" && void post(message));
    }
    return body;
  };

  const draw = () => {
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
    const all = [...stored.values(), ...[...pending.values()].filter((message) => !stored.has(message.client_id))];
    redraw(list, () => list.replaceChildren(...(all.length ? all.map(line) : [h("li", { data: { kind: "note" }, t: intro })])));
    if (quick) offer(quick(), () => quick().map((text) => button({ text, action: () => void say(text) })));
    if (atEnd) log.scrollTop = log.scrollHeight;
  };

  /** @param {Message} message */
  const post = async (message) => {
    pending.set(message.client_id, { ...message, state: "sending" });
    draw();
    try {
      await send({ client_id: message.client_id, text: message.text });
    } catch (error) {
      pending.set(message.client_id, { ...message, state: "failed" });
      draw();
      element.dispatchEvent(new CustomEvent("fault", { bubbles: true, detail: error }));
    }
  };

  /** @param {string} text */
  const say = (text) => {
    const words = text.trim();
    return words ? post({ client_id: uuid7(), text: words, sent_at: new Date().toISOString() }) : Promise.resolve();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value;
    input.value = "";
    input.focus();
    void say(text);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return; // Enter also ends a Chinese word
    event.preventDefault();
    form.requestSubmit();
  });
  draw();
  return Object.assign(element, {
    draw,
    input,
    /** Those that are stored, the oldest first. */
    stored: () => [...stored.values()],
    /** A list that was asked for before a line came does not take that line away again. @param {Message[]} messages that are stored */
    show(messages) {
      for (const message of messages) stored.set(message.client_id, message);
      stored = new Map([...stored].sort(([, a], [, b]) => a.sent_at.localeCompare(b.sent_at)));
      for (const id of stored.keys()) pending.delete(id);
      draw();
    },
    /** Lines that wait on this device, with their `state`: waiting, sending or failed. @param {Message[]} messages */
    owe(messages) {
      if (!messages.length) return;
      for (const message of messages) pending.set(message.client_id, message);
      draw();
    },
    /** Nothing is left of what was said. */
    clear() {
      stored = new Map();
      pending.clear();
      draw();
    },
    /** @param {Message} message one that was just stored */
    add(message) {
      stored.set(message.client_id, message);
      pending.delete(message.client_id);
      draw();
    },
  });
}
