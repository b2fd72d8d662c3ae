// The answer bank beside the chat: searched in the technician's words, put into the chat in the customer's language.

import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import { note } from "parts/chip.js";

/** @typedef {import("parts/answer.js").Found} Found */

/** @param {import("pages/desk/work-place.js").Bench} bench @param {(text: string) => void} insert into what is being written */
export function answers({ work, desk }, insert) {
  const input = h("input", { class: "input", type: "search", maxlength: 200, label: "ask.desk.words", placeholder: "ask.desk.words", enterkeyhint: "search" });
  const list = h("div", { class: "desk-answers-list", role: "list", "aria-live": "polite" });
  const form = h("form", { role: "search" }, h("div", { class: "grow" }, input), button({ icon: "search", type: "submit", label: "ask.search" }));
  const element = h("section", { class: "desk-answers", label: "ask.desk" }, form, list);
  let asked = 0;

  const clear = () => list.replaceChildren();

  /** @param {Found} answer */
  const take = (answer) => {
    clear();
    input.value = "";
    insert(answer.text);
    void work.api.post(`/api/answers/${answer.id}/uses`, { kind: "inserted", language: work.request?.language }, { tries: 1 }).catch(() => {});
  };

  const search = async () => {
    const words = input.value.trim();
    if (!words) return clear();
    const turn = ++asked;
    const told = await work.api.post("/api/answer-searches", { words, language: work.request?.language });
    if (turn !== asked) return;
    if (told.danger) return list.replaceChildren(h("div", { role: "listitem" }, note({ t: `ask.danger.${told.danger}`, tone: "bad", icon: "alert" })));
    if (!told.answers.length) return list.replaceChildren(h("div", { role: "listitem", class: "muted small", t: "ask.desk.none" }));
    list.replaceChildren(...told.answers.map((/** @type {Found} */ answer) => h("div", { role: "listitem" },
      h("button", { type: "button", class: "desk-answer", lang: work.request?.language, title: "ask.desk.insert", on: { click: () => take(answer) } },
        h("b", { text: answer.question }), h("span", { class: "small", text: answer.text })))));
    /** @type {HTMLElement | null} */ (list.querySelector("button"))?.focus(); // Enter puts the first into the chat
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    search().catch((error) => desk.page.toast.fault(error));
  });
  element.addEventListener("keydown", (event) => {
    const all = [...list.querySelectorAll("button")];
    const at = all.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    if (event.key === "Escape" && (list.firstChild || input.value)) {
      clear();
      input.value = "";
      input.focus();
    } else if (event.key === "ArrowDown" && all.length) all[Math.min(at + 1, all.length - 1)]?.focus();
    else if (event.key === "ArrowUp" && all.length) (at > 0 ? all[at - 1] : input)?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return { element, focus: () => input.focus() };
}
