// Somebody new is in the list where it is not seen: a line that says so, and takes one there.

import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";
import { redraw } from "parts/redraw.js";
import { i18n, t } from "parts/words.js";

/** @param {import("pages/desk/desk.js").Desk} desk @param {HTMLElement} column the part that scrolls */
export function unseen(desk, column) {
  const element = h("div", { class: "fresh", hidden: true });
  /** @type {Set<string>} */
  const fresh = new Set();

  /** @param {string} id */
  const row = (id) => column.querySelector(`[data-request="${CSS.escape(id)}"]`);
  /** @param {string} id */
  const seen = (id) => {
    const at = row(id)?.getBoundingClientRect();
    if (!at) return false;
    const box = column.getBoundingClientRect();
    const middle = (at.top + at.bottom) / 2;
    return middle > Math.max(box.top, 0) && middle < Math.min(box.bottom, innerHeight);
  };

  const draw = () => {
    const rows = (desk.queue?.rows ?? []).filter((one) => fresh.has(one.request_id));
    fresh.clear();
    for (const one of rows) if (!seen(one.request_id)) fresh.add(one.request_id);
    const left = rows.filter((one) => fresh.has(one.request_id));
    const [first] = left;
    element.hidden = !first;
    if (!first) return;
    const danger = first.priority >= 3;
    redraw(element, () => element.replaceChildren(h("button", { type: "button", class: "button", data: { danger }, on: { click: () => go(first.request_id) } },
      icon(danger ? "bolt" : "person"),
      h("span", { text: `${danger ? `${t("desk.priority.danger")}${i18n.locale === "en" ? ": " : "："}` : ""}${left.length > 1 ? t("desk.arrived.several", { count: left.length }) : t("desk.arrived", { name: first.name || t("desk.someone"), category: t(`common.category.${first.category}`) })}` }))));
  };

  /** @param {string} id */
  const go = (id) => {
    row(id)?.scrollIntoView({ block: "center" });
    /** @type {HTMLElement | null} */ (row(id)?.querySelector("button"))?.focus({ preventScroll: true });
    draw();
  };

  desk.addEventListener("arrived", (event) => {
    for (const one of /** @type {CustomEvent<import("pages/desk/views.js").QueueRow[]>} */ (event).detail) fresh.add(one.request_id);
  });
  // After the list itself has been drawn.
  desk.addEventListener("queue", () => fresh.size && setTimeout(() => redraw(column, draw)));
  for (const place of [column, window]) place.addEventListener("scroll", () => fresh.size && draw(), { passive: true });
  return element;
}
