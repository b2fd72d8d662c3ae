// The chat of a request. A line is kept on this phone first and goes up by itself: through the room during a call, else
// over HTTP.

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
  const said = (/** @type {Event} */ event) => element.add(/** @type {CustomEvent} */ (event).detail);
  const refuse = (/** @type {Event} */ event) => {
    const { errand } = /** @type {CustomEvent} */ (event).detail;
    if (errand.kind === "message") element.owe([{ ...errand.body, sent_at: errand.at, state: "failed" }]);
  };
  model.addEventListener("said", said);
  model.errands.addEventListener("change", owe);
  model.errands.addEventListener("refused", refuse);
  owe();
  return Object.assign(element, {
    async refresh() {
      if (!model.path) return;
      const id = model.confirmed?.id;
      const kept = await model.kept.get("messages");
      if (kept?.id === id) element.show(kept.messages);
      const messages = await model.api.get(`${model.path}/messages`);
      element.show(messages);
      if (model.confirmed?.id === id) await model.kept.put("messages", { id, messages });
    },
    leave() {
      model.removeEventListener("said", said);
      model.errands.removeEventListener("change", owe);
      model.errands.removeEventListener("refused", refuse);
    },
  });
}
