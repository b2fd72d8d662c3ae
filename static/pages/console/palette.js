// Ctrl-K: everything the console can do, and everybody and everything it knows, found by a few letters. Arrows walk, Enter
// does.

import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";
import { t } from "parts/words.js";
import { asEntry } from "parts/sheet-entries.js";
import { clockOf, name, title } from "pages/console/words.js";

/** @typedef {{id: string, icon: string, text: string, more?: string, words?: string, key?: string, does: () => unknown}} Entry */

const MOST = 12;

/** @param {import("pages/console/board.js").Board} board @returns {Entry[]} */
function known(board) {
  return [
    ...[...board.reps.values()].map((rep) => ({ id: `rep-${rep.id}`, icon: "person", text: name(rep), more: `${rep.code} · ${rep.station}`, words: `${rep.name} ${rep.name_en} ${rep.code}`, does: () => board.choose({ kind: /** @type {const} */ ("rep"), id: rep.id }) })),
    ...[...board.zones.values()].map(({ properties: zone }) => ({ id: `zone-${zone.code}`, icon: "zone", text: `${zone.code} · ${name(zone)}`, more: t(`console.coverage.${zone.coverage}`), words: `${zone.code} ${zone.name} ${zone.name_en}`, does: () => board.choose({ kind: /** @type {const} */ ("zone"), id: zone.code }) })),
    ...board.own.map((task) => ({ id: `task-${task.id}`, icon: "wrench", text: [title(task), task.address].filter(Boolean).join(" · "), more: [t(`common.task_state.${task.state}`), task.rep && name(task.rep), task.starts_at && clockOf(task.starts_at)].filter(Boolean).join(" · "),
      words: `${task.id.slice(-6)} ${task.id} ${task.customer} ${task.zone?.code ?? ""}`, does: () => board.choose({ kind: /** @type {const} */ ("task"), id: task.id }) })),
  ];
}

/** How well it is meant by what is typed; 0: not at all. @param {Entry} entry @param {string[]} words */
function meant(entry, words) {
  const text = entry.text.toLocaleLowerCase();
  const all = `${text} ${entry.more ?? ""} ${entry.words ?? ""}`.toLocaleLowerCase();
  if (!words.every((word) => all.includes(word))) return 0;
  return words.some((word) => text.startsWith(word)) ? 3 : words.every((word) => text.includes(word)) ? 2 : 1;
}

/** @param {import("pages/console/board.js").Board} board @param {Entry[]} actions */
export async function palette(board, actions) {
  if (document.querySelector("dialog[open]")) return;
  const list = h("ul", { class: "console-found", role: "listbox", id: "palette-found", label: "console.palette.found" });
  const input = h("input", { class: "input", type: "search", role: "combobox", "aria-expanded": "true", "aria-controls": "palette-found", "aria-autocomplete": "list", autocomplete: "off", label: "console.palette", placeholder: "console.palette" });
  const dialog = h("dialog", { class: "dialog console-palette", "aria-label": t("console.palette") }, input, list);
  const things = known(board);
  /** @type {Entry[]} */
  let shown = [];
  let at = 0;
  const draw = () => {
    const words = input.value.trim().toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const rank = (/** @type {Entry[]} */ entries) => entries.map((entry) => ({ entry, well: meant(entry, words) })).filter(({ well }) => well).sort((a, b) => b.well - a.well).map(({ entry }) => entry);
    shown = words.length ? [...rank(actions), ...rank(things)].slice(0, MOST) : actions.slice(0, MOST);
    at = Math.min(at, Math.max(0, shown.length - 1));
    list.replaceChildren(...shown.map((entry, index) => h("li", { role: "option", id: `palette-${index}`, "aria-selected": String(index === at), data: { id: entry.id }, on: { click: () => choose(index) } },
      icon(entry.icon), h("span", { class: "grow" }, h("b", { text: entry.text }), entry.more && h("small", { text: entry.more })), entry.key && h("kbd", { text: entry.key }))),
    ...(shown.length ? [] : [h("li", { class: "muted", role: "option", "aria-disabled": "true", "aria-selected": "false", text: t("console.palette.none") })]));
    input.setAttribute("aria-activedescendant", shown.length ? `palette-${at}` : "");
    list.children[at]?.scrollIntoView({ block: "nearest" });
  };
  /** @type {Entry | undefined} */
  let chosen;
  const choose = (/** @type {number} */ index) => {
    chosen = shown[index];
    dialog.close("done");
  };
  input.addEventListener("input", () => {
    at = 0;
    draw();
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) at = (at + step + shown.length) % Math.max(1, shown.length);
    else if (event.key === "Enter" && !event.isComposing) choose(at);
    else return;
    event.preventDefault();
    draw();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close(""));
  document.body.append(dialog);
  dialog.showModal();
  draw();
  input.focus();
  await asEntry(dialog, { firm: false });
  dialog.remove();
  if (chosen) await chosen.does();
}
