// Chat, and quick replies: written in the customer's language, with their meaning in the technician's own.

import { uuid7 } from "lib/ids.js";
import { chat } from "parts/chat.js";
import { h } from "parts/dom.js";
import { i18n, t } from "parts/words.js";
import { answers } from "pages/desk/case/answers.js";

/** @typedef {import("pages/desk/work-place.js").Bench} Bench */

export const REPLIES = /** @type {const} */ (["hello", "closer", "hold", "light", "stopcock", "tighten", "photo", "meter", "wait", "thanks"]);

/** @type {Map<string, Promise<Record<string, string>>>} by language */
const loaded = new Map();

/** What the desk says to customers, in their language. @param {string} language @returns {Promise<Record<string, string>>} */
export function phrases(language) {
  const known = loaded.get(language) ?? fetch(import.meta.resolve(`locales/${language}/desk.json`)).then((response) => (response.ok ? response.json() : {}));
  loaded.set(language, known);
  known.catch(() => loaded.delete(language));
  return known;
}

/** @param {Bench} bench */
export function talk(bench) {
  const { work, desk } = bench;
  const talking = chat({
    send: (message) => work.say(message),
    mine: (message) => message.author === "staff",
    intro: "desk.chat.empty",
  });
  const replies = h("div", { class: "replies", role: "group", label: "desk.replies" });
  const form = /** @type {HTMLFormElement} */ (talking.querySelector("form"));
  const bank = answers(bench, (text) => {
    talking.input.value = talking.input.value ? `${talking.input.value}\n${text}` : text;
    talking.input.focus();
  });
  form.before(bank.element, replies);
  let drawn = "";

  const draw = () => {
    const { request } = work;
    const open = Boolean(request) && !["closed", "withdrawn"].includes(request?.state ?? "");
    form.hidden = replies.hidden = bank.element.hidden = !open;
    if (request?.erased_at) talking.clear();
    talking.show(/** @type {any} */ (work.conversation));
    if (request && drawn !== `${request.language} ${i18n.language}`) {
      drawn = `${request.language} ${i18n.language}`;
      void drawReplies(request.language);
    }
  };

  /** @param {string} language */
  const drawReplies = async (language) => {
    const theirs = await phrases(language).catch(() => ({}));
    const same = language === i18n.locale;
    replies.replaceChildren(...REPLIES.map((name) => {
      const key = `reply.${name}`;
      const text = /** @type {Record<string, string>} */ (theirs)[key] ?? t(`desk.${key}`);
      return h("button", { type: "button", class: "reply", ariaLabel: same ? null : `${text} – ${t(`desk.${key}`)}`, on: { click: () => void say(bench, text) } },
        h("span", { text, lang: language }), !same && h("small", { t: `desk.${key}` }));
    }));
  };

  talking.addEventListener("fault", (event) => desk.page.toast.fault(/** @type {CustomEvent} */ (event).detail));
  return { element: talking, draw, focus: () => talking.input.focus(), search: () => bank.focus() };
}

/** @param {Bench} bench @param {string} text */
async function say({ work, desk }, text) {
  try {
    await work.say({ client_id: uuid7(), text });
  } catch (error) {
    desk.page.toast.fault(error);
  }
}

/** Asks the customer for a photo, in their words: what works even without a camera in the call. @param {Bench} bench */
export async function askForPhoto(bench) {
  const { work, desk } = bench;
  const language = work.request?.language ?? i18n.locale;
  const text = (await phrases(language))["reply.photo"] ?? t("desk.reply.photo");
  await work.say({ client_id: uuid7(), text });
  desk.page.toast.show({ t: "desk.photo.asked", tone: "ok" });
}
