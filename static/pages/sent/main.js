// Demo only: text messages that would have been sent. Whoever is signed in at any staff page may look.

import { ApiError } from "lib/api.js";
import { h } from "parts/dom.js";
import { failed, nothing, skeleton } from "parts/empty.js";
import { icon } from "parts/icon.js";
import { socketUrl, startPage } from "parts/page.js";
import { Live } from "lib/live.js";
import { spaced } from "lib/phone.js";
import { i18n, t } from "parts/words.js";
import { wordmark } from "parts/wordmark.js";

/** @typedef {{id: string, to: string, text: string, request_id: string | null, sent_at: string}} Sent */

const page = await startPage();
const list = h("div", { class: "stack", "aria-live": "polite" }, skeleton(3));

page.main.append(
  h("header", { class: "page-head" }, h("div", { class: "split screen" },
    wordmark(page.shell),
    h("cs-language"))),
  h("div", { class: "screen stack sent" }, h("h1", { t: "common.sent.title" }), h("p", { class: "muted", t: "common.sent.lead" }), list),
);

/** The first surface this browser is signed in to. */
async function surface() {
  for (const name of ["desk", "console", "rep"]) {
    page.api.surface = name;
    try {
      await page.api.get("/api/me");
      return name;
    } catch (error) {
      if (!(error instanceof ApiError) || ![401, 403].includes(error.status)) throw error;
    }
  }
  return null;
}

/** @param {Sent} message */
function entry(message) {
  const found = /https?:\/\/\S+/.exec(message.text)?.[0];
  const link = found?.endsWith("…") ? undefined : found; // what it would open is not kept for long
  const [before = "", after = ""] = link ? message.text.split(link) : [message.text];
  return h("article", { class: "card stack" },
    h("div", { class: "split small muted" }, h("b", { class: "number", text: t("common.sent.to", { phone: spaced(message.to) }) }),
      h("time", { datetime: message.sent_at, text: i18n.time(message.sent_at, { dateStyle: "medium", timeStyle: "short" }) })),
    h("p", { class: "bubble" }, before, link && h("a", { href: link, rel: "noreferrer", text: link }), after),
    link && h("a", { class: "button", href: link, rel: "noreferrer" }, icon("link"), h("span", { t: "common.sent.open" })));
}

async function refresh() {
  try {
    const messages = /** @type {Sent[]} */ (await page.api.get("/api/sent-messages"));
    list.replaceChildren(...(messages.length ? messages.map(entry) : [nothing({ t: "common.sent.empty", more: "common.sent.empty.more", icon: "chat" })]));
  } catch (error) {
    list.replaceChildren(failed(error, refresh));
  }
}

async function start() {
  try {
    const name = await surface();
    if (!name) return location.replace(`/sign-in?${new URLSearchParams({ surface: "desk", next: "/sent" })}`);
    new Live({ url: socketUrl("/api/live", name) }).subscribe("sent", () => void refresh());
    await refresh();
  } catch (error) {
    list.replaceChildren(failed(error, start));
  }
}

page.main.addEventListener("language", () => void refresh());
await start();
