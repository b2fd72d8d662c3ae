// The chat over HTTP, for the time before and after a call; during one, the room carries it.

import { chat } from "parts/chat.js";

/** @typedef {import("pages/customer/case.js").Case} Case */

/** @param {Case} model @param {{send?: (message: {client_id: string, text: string}) => Promise<unknown>, intro?: string}} [options] */
export function requestChat(model, options = {}) {
  const element = chat({
    intro: options.intro ?? "customer.chat.empty",
    mine: (message) => message.author === "customer" || message.role === "customer",
    send: options.send ?? (async (message) => element.add(await model.api.post(`${model.path}/messages`, message, { tries: 3 }))),
  });
  return Object.assign(element, {
    async refresh() {
      element.show(await model.api.get(`${model.path}/messages`));
    },
  });
}
