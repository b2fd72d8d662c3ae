// The chat of a request. A line is kept on this phone first and goes up by itself: through the room during a call, else
// over HTTP. What was said stays on this phone as well, however it was heard: a page loaded anew without a network shows it.

import { chat } from "parts/chat.js";

/** @typedef {import("pages/customer/case.js").Case} Case */

/** @param {Case} model @param {{intro?: string}} [options] */
export function requestChat(model, options = {}) {
  const element = chat({
    intro: options.intro ?? "customer.chat.empty",
    mine: (message) => message.author === "customer" || message.role === "customer",
    send: (message) => model.say(message),
  });
  const owe = () => {
    const waiting = model.errands.list.filter((errand) => errand.kind === "message" && errand.subject === model.name);
    const state = model.errands.stuck || navigator.onLine === false ? "waiting" : "sending";
    element.owe(waiting.map(({ body, at }) => ({ ...body, sent_at: at, state })));
  };
  const keep = () => {
    const id = model.confirmed?.id;
    if (id) void model.kept.put("messages", { id, messages: element.stored() });
  };
  const said = (/** @type {Event} */ event) => {
    element.add(/** @type {CustomEvent} */ (event).detail);
    keep();
  };
  const refuse = (/** @type {Event} */ event) => {
    const { errand } = /** @type {CustomEvent} */ (event).detail;
    if (errand.kind === "message") element.owe([{ ...errand.body, sent_at: errand.at, state: "failed" }]);
  };
  model.addEventListener("said", said);
  model.errands.addEventListener("change", owe);
  model.errands.addEventListener("refused", refuse);
  owe();
  return Object.assign(element, {
    /** What the room told. @param {import("parts/chat.js").Message[]} messages */
    told(messages) {
      element.show(messages);
      keep();
    },
    async refresh() {
      if (!model.path) return;
      const id = model.confirmed?.id;
      const kept = await model.kept.get("messages");
      if (kept?.id === id) element.show(kept.messages);
      const messages = await model.api.get(`${model.path}/messages`);
      if (model.confirmed?.id !== id) return;
      element.show(messages);
      keep();
    },
    leave() {
      model.removeEventListener("said", said);
      model.errands.removeEventListener("change", owe);
      model.errands.removeEventListener("refused", refuse);
    },
  });
}
