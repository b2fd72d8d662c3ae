// The right column: who it is stays on top; below it chat, the case, and what has happened, one at a time.

import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import { caseFacts } from "pages/desk/case/facts.js";
import { talk } from "pages/desk/case/talk.js";
import { timeline } from "pages/desk/case/timeline.js";
import { who } from "pages/desk/case/who.js";

/** @typedef {"chat" | "case" | "timeline"} Tab */

const TABS = /** @type {const} */ (["chat", "case", "timeline"]);

/** @param {import("pages/desk/work-place.js").Bench} bench */
export function casePanel(bench) {
  const { work, keys, signal } = bench;
  const card = who(bench);
  const panes = { chat: talk(bench), case: caseFacts(bench), timeline: timeline(bench) };
  /** @type {Tab} */
  let open = work.call ? "chat" : "case";
  let read = work.conversation.length;

  const tabs = TABS.map((name) => button({
    t: `desk.tab.${name}`, role: "tab", id: `tab-${name}`, "aria-controls": `pane-${name}`, class: "tab", data: {}, "data-tab": name, action: () => choose(name),
  }));
  const bar = h("div", { class: "tabs", role: "tablist", label: "desk.case" }, tabs);
  const boxes = TABS.map((name) => h("div", { class: `pane pane-${name}`, role: "tabpanel", id: `pane-${name}`, "aria-labelledby": `tab-${name}`, tabindex: name === "timeline" ? 0 : null }, panes[name].element));
  const element = h("aside", { class: "case", label: "desk.case" }, card.element, bar, boxes);

  bar.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    choose(/** @type {Tab} */ (TABS[(TABS.indexOf(open) + step + TABS.length) % TABS.length]));
    tabs[TABS.indexOf(open)]?.focus();
  });

  /** @param {Tab} name */
  const choose = (name) => {
    open = name;
    drawTabs();
    panes[open].draw();
  };

  const drawTabs = () => {
    const theirs = work.conversation.filter((message) => message.author === "customer").length;
    if (open === "chat") read = theirs;
    for (const [index, name] of TABS.entries()) {
      const tab = /** @type {HTMLElement} */ (tabs[index]);
      tab.setAttribute("aria-selected", String(name === open));
      tab.tabIndex = name === open ? 0 : -1;
      /** @type {HTMLElement} */ (boxes[index]).hidden = name !== open;
      tab.querySelector(".badge")?.remove();
      const fresh = name === "chat" ? Math.max(0, theirs - read) : 0;
      if (fresh) tab.append(h("span", { class: "badge number", text: fresh }));
    }
  };

  keys.on("chat", () => {
    choose("chat");
    panes.chat.focus();
  }, signal);
  keys.on("answers", () => {
    choose("chat");
    panes.chat.search();
  }, signal);
  keys.on("case", () => {
    choose(open === "case" ? "timeline" : "case");
    tabs[TABS.indexOf(open)]?.focus();
  }, signal);
  work.addEventListener("messages", () => {
    drawTabs();
    panes.chat.draw();
  }, { signal });
  let first = true;

  const draw = () => {
    if (first && work.request) read = 0;
    first = false;
    card.draw();
    drawTabs();
    for (const pane of Object.values(panes)) pane.draw();
  };
  return { element, draw };
}
