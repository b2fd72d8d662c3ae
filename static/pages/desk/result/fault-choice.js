// Which fault: the catalogue by category, the request's own category first, narrowed by typing.

import { duration } from "lib/time.js";
import { h } from "parts/dom.js";
import { i18n, t } from "parts/words.js";

/** @typedef {import("pages/desk/views.js").FaultKind} FaultKind */

/** @param {import("pages/desk/work-place.js").Bench} bench @param {(value: string) => void} change */
export function faultChoice({ desk, work }, change) {
  const search = h("input", { class: "input", type: "search", label: "desk.fault.search", placeholder: "desk.fault.search", autocomplete: "off", spellcheck: "false" });
  const list = h("div", { class: "choices fault-list", role: "radiogroup", label: "desk.result.fault", tabindex: -1 });
  const element = h("div", { class: "stack tight" }, search, list);
  let chosen = "";
  let before = "";

  /** @param {FaultKind} kind @param {string} words */
  const fits = (kind, words) => words.split(/\s+/).every((word) => `${kind.name} ${t(`common.category.${kind.category}`)} ${kind.code.replaceAll("_", " ")}`.toLowerCase().includes(word));

  const build = () => {
    const words = search.value.trim().toLowerCase();
    const kinds = (desk.catalogue?.faults ?? []).filter((kind) => fits(kind, words));
    const own = work.request?.category ?? "";
    const categories = [...new Set(kinds.map((kind) => kind.category))].sort((a, b) => Number(b === own) - Number(a === own));
    list.replaceChildren(...categories.map((category) =>
      h("div", { class: "fault-group" }, h("h5", { t: `common.category.${category}` }),
        kinds.filter((kind) => kind.category === category).map((kind) => h("label", { class: "choice" },
          h("input", { type: "radio", name: "fault", value: kind.code, checked: kind.code === chosen, on: { change: () => change(kind.code) } }),
          h("span", { class: "grow", text: kind.name }), h("small", { class: "number", text: duration(i18n, kind.minutes * 60) }))))),
    );
    if (!kinds.length) list.replaceChildren(h("p", { class: "muted small", t: "desk.fault.none" }));
  };
  search.addEventListener("input", build);
  search.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "Enter") return;
    event.preventDefault();
    const first = list.querySelector("input");
    first?.focus();
    if (event.key === "Enter") first?.click();
  });

  return {
    element,
    /** @param {string} now */
    draw(now) {
      chosen = now;
      const state = `${desk.catalogue?.language} ${work.request?.category} ${i18n.language}`;
      if (state !== before) build();
      before = state;
      for (const input of list.querySelectorAll("input")) input.checked = input.value === now;
      if (document.activeElement === document.body) list.querySelector("input:checked")?.scrollIntoView({ block: "nearest" });
    },
  };
}
