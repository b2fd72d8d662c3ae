// Contractors: what their people may get, and who they are. Everybody may read it, a supervisor edits it.

import { ApiError } from "lib/api.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { chip, note } from "parts/chip.js";
import { sheet } from "parts/dialog.js";
import { failed, skeleton } from "parts/empty.js";
import { field } from "parts/field.js";
import { i18n, nameOf, t } from "parts/words.js";
import { types } from "pages/console/task-types.js";
import { name } from "pages/console/words.js";

/** @typedef {{code: string, name: string, name_en: string, types: string[], stations: string[], zones: string[], cost_permille: number, reps: string[], version: number | null}} Contractor */
/** @typedef {import("pages/console/board.js").Board} Board */

/** @param {Board} board */
export function contractors(board) {
  const body = h("div", { class: "stack" });
  const fold = h("details", { class: "console-fold console-contractors", on: { toggle: () => fold.open && void read(board, body) } },
    h("summary", null, h("span", { t: "console.contractors" })), body);
  return fold;
}

/** @param {Board} board @param {HTMLElement} body */
async function read(board, body) {
  body.replaceChildren(skeleton(2));
  try {
    /** @type {Contractor[]} */
    const listed = await board.page.api.get("/api/contractors");
    const edits = board.roles.some((role) => role === "supervisor" || role === "admin");
    body.replaceChildren(
      listed.length ? h("ul", { class: "console-terms-list" }, listed.map((each) => row(each, board, body, edits))) : h("p", { class: "muted", t: "console.contractors.none" }),
      ...(edits ? [button({ t: "console.contractors.new", icon: "plus", action: () => edit(null, board, body) })] : []));
  } catch (error) {
    body.replaceChildren(failed(error, () => read(board, body)));
  }
}

/** @param {string} code */
const typeName = (code) => {
  const type = types.get(code);
  return type ? name(type) : code;
};

/** @param {Contractor} each @param {Board} board @param {HTMLElement} body @param {boolean} edits */
function row(each, board, body, edits) {
  const where = [...each.stations, ...each.zones];
  return h("li", { class: "stack" },
    h("div", { class: "cluster" }, h("b", { text: `${nameOf(each)} · ${each.code}` }), each.cost_permille !== 1000 && chip({ text: `× ${each.cost_permille / 1000}` })),
    h("p", { class: "small", text: `${i18n.list(each.types.map(typeName))} · ${i18n.list(where)}` }),
    h("p", { class: "small muted", text: each.reps.length ? each.reps.join(", ") : t("console.contractors.nobody") }),
    edits && button({ t: "console.contractors.edit", icon: "pen", kind: "quiet", action: () => edit(each, board, body) }));
}

/** @param {Contractor | null} known @param {Board} board @param {HTMLElement} body */
async function edit(known, board, body) {
  const many = (/** @type {string} */ t_, /** @type {string} */ of, /** @type {string[] | undefined} */ values) => field({ t: t_, name: of, value: (values ?? []).join(" "), hint: "console.contractors.codes" });
  const form = {
    code: field({ t: "console.contractors.code", name: "code", value: known?.code ?? "", maxlength: 32, readonly: known !== null }),
    name: field({ t: "console.contractors.name", name: "name", value: known?.name ?? "", maxlength: 80 }),
    english: field({ t: "console.contractors.name_en", name: "name_en", value: known?.name_en ?? "", maxlength: 80, optional: true }),
  };
  const kinds = h("fieldset", { class: "console-ticks console-contractor-types" }, h("legend", { t: "console.contractors.types" }), [...types.values()].map((type) =>
    h("label", null, h("input", { type: "checkbox", name: "type", value: type.code, checked: known?.types.includes(type.code) ?? false }), h("span", { text: name(type) }))));
  const stations = many("console.contractors.stations", "stations", known?.stations);
  const zones = many("console.contractors.zones", "zones", known?.zones);
  const cost = field({ t: "console.contractors.cost", name: "cost", type: "number", min: 50, max: 300, value: String((known?.cost_permille ?? 1000) / 10) });
  const trouble = h("div", { role: "alert" });
  const codes = (/** @type {{control: HTMLInputElement}} */ { control }) => control.value.split(/[\s,;，；]+/).filter(Boolean);
  const parts = [h("form", { class: "console-form", on: { submit: (/** @type {Event} */ event) => event.preventDefault() } }, Object.values(form), kinds, stations, zones, cost), trouble];
  for (;;) {
    if ((await sheet({ t: known ? "console.contractors.edit" : "console.contractors.new", body: parts, actions: [{ value: "save", t: "common.save", kind: "primary" }] })) !== "save") return;
    trouble.replaceChildren();
    try {
      await board.page.api.put("/api/contractors", {
        code: form.code.control.value.trim(), name: form.name.control.value.trim(), name_en: form.english.control.value.trim(),
        types: [...kinds.querySelectorAll("input")].filter(({ checked }) => checked).map(({ value }) => value),
        stations: codes(stations), zones: codes(zones), cost_permille: Math.round(Number(cost.control.value) * 10), version: known?.version ?? null,
      });
      board.page.toast.show({ t: "console.contractors.saved" });
      await read(board, body);
      return;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      trouble.replaceChildren(...faultsOf(error).map((text) => note({ text, icon: "alert", tone: "bad" })));
    }
  }
}

/** Everything that is wrong, in words, each once. @param {ApiError} error @returns {string[]} */
export function faultsOf(error) {
  const told = error.faults.map(({ code, where, params, detail }) => {
    const said = i18n.coded(code, params) ?? (detail || code);
    const number = /^body\.windows\.(\d+)/.exec(where)?.[1];
    return number ? `${t("console.terms.window", { number: Number(number) + 1 })}: ${said}` : said;
  });
  return told.length ? [...new Set(told)] : [i18n.error(error)];
}
