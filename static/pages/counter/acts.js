// What an agent does with a request: one key each.

import { attempt, button } from "parts/button.js";
import { note } from "parts/chip.js";
import { ask } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { field } from "parts/field.js";
import { i18n, t } from "parts/words.js";

/** @typedef {import("pages/counter/model.js").Open} Open */

/** @param {import("parts/page.js").Page} page @param {Open} request @param {(after: Open) => void} changed */
export function acts(page, request, changed) {
  const here = `/api/counter/requests/${request.id}`;
  const link = button({ t: "counter.link", icon: "video", kind: "primary", key: "V", data: { id: "link" }, action: async () => {
    const made = await page.api.post(`${here}/link`, {});
    attempt(link, () => showLink(page, made));
  } });
  const answered = button({ t: "counter.answered", icon: "check", key: "A", data: { id: "answered" }, action: () => attempt(answered, async () => {
    const words = await askAnswer();
    if (!words) return;
    changed(await page.api.post(`${here}/answer`, { note: words }));
    page.toast.show({ t: "counter.answer.done" });
  }) });
  const queue = button({ t: "counter.queue", icon: "wrench", key: "Q", data: { id: "queue" }, action: async () => {
    changed(await page.api.post(`${here}/queue-entry`, {}));
    page.toast.show({ t: "counter.queue.done" });
  } });
  return h("div", { class: "cluster counter-acts" }, link, answered, queue);
}

/** @returns {Promise<string>} empty when nothing is to be written */
async function askAnswer() {
  const word = field({ t: "counter.answer.word", name: "answer", type: "textarea", maxlength: 2000, rows: 3 });
  const asked = ask({ t: "counter.answer.title", body: [word], actions: [{ value: "", t: "common.cancel" }, { value: "done", t: "counter.answered", kind: "primary" }] });
  word.control.focus();
  word.control.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      /** @type {HTMLElement | null | undefined} */ (word.closest("dialog")?.querySelector("[data-kind=primary]"))?.click();
    }
  });
  if ((await asked) !== "done") return "";
  return word.control.value.trim();
}

/** The link can be seen this once. @param {import("parts/page.js").Page} page @param {{link: string, qr_svg: string, expires_at: string}} made */
async function showLink(page, made) {
  const code = h("img", { class: "qr", src: `data:image/svg+xml,${encodeURIComponent(made.qr_svg)}`, alt: t("counter.link.qr") });
  const until = i18n.time(made.expires_at, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
  const ticket = h("div", { class: "counter-ticket stack" }, h("b", { text: page.shell.utility }), h("h3", { t: "counter.ticket" }), code,
    h("p", { t: "counter.ticket.how" }), h("p", { class: "small counter-address", text: made.link }), h("p", { class: "small", t: "counter.link.until", params: { time: until } }));
  const field_ = h("input", { class: "input number", name: "link", readonly: true, value: made.link, label: "counter.link.label", on: { focus: (event) => event.target.select() } });
  const print = button({ t: "counter.link.print", icon: "out", action: () => window.print() });
  await ask({ t: "counter.link.title", body: [note({ t: "counter.link.sent", tone: "ok", icon: "send" }), ticket, field_, print], actions: [{ value: "done", t: "common.done", kind: "primary" }] });
}
