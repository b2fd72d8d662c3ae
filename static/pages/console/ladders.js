// By which ladders escalations climb, and who leads stations and sub-areas. Everybody may read it, a supervisor edits it.

import { ApiError } from "lib/api.js";
import { button } from "parts/button.js";
import { chip, note } from "parts/chip.js";
import { sheet } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { failed, skeleton } from "parts/empty.js";
import { field } from "parts/field.js";
import { nameOf, t } from "parts/words.js";
import { faultsOf } from "pages/console/contractors.js";
import { rungWords } from "pages/console/task-escalation.js";

/** @typedef {import("pages/console/board.js").Board} Board */
/** @typedef {import("pages/console/task-escalation.js").Person} Person */
/** @typedef {import("pages/console/task-escalation.js").Rung} Rung */
/** @typedef {{id: string | null, version: number | null, kind: string, station: string, category: string, rungs: Rung[], always: boolean}} Rule */
/** @typedef {{level: string, code: string, person: Person | null}} Lead */
/** @typedef {{rules: Rule[], leads: Lead[], colleagues: Person[]}} Known */

const KINDS = ["level", "authority", "parts", "danger", "other"];
const WHOM = ["zone_owner", "deputy", "sub_area_lead", "station_lead", "colleague", "dispatchers", "supervisors"];
const CATEGORIES = ["leak", "no_water", "low_pressure", "dirty_water", "meter", "other"];
const MOST = 6;

/** Whether the fold is open: what is around it is drawn anew in another language. */
let opened = false;
/** Where the ladders stand now: a dialog may outlive what was around its button. @type {HTMLElement | null} */
let standing = null;

/** @param {Board} board */
export function ladders(board) {
  const body = h("div", { class: "stack" });
  standing = body;
  const fold = h("details", { class: "console-fold console-ladders", open: opened, on: { toggle: () => {
    opened = fold.open;
    if (opened) void read(board, body);
  } } },
    h("summary", null, h("span", { t: "console.ladders" })), body);
  return fold;
}

/** @param {Board} board @param {HTMLElement} body */
async function read(board, body) {
  body.replaceChildren(skeleton(3));
  try {
    /** @type {Known} */
    const known = await board.page.api.get("/api/escalation-rules");
    const edits = board.roles.some((role) => role === "supervisor" || role === "admin");
    const again = () => read(board, standing ?? body);
    body.replaceChildren(
      h("ul", { class: "console-terms-list" }, known.rules.map((rule) => row(rule, known, board, edits, again))),
      ...(edits ? [button({ t: "console.ladders.new", icon: "plus", action: () => edit(null, known, board, again) })] : []),
      h("h3", { t: "console.ladders.leads" }), h("div", { class: "console-form" }, known.leads.map((lead) => leadField(lead, known, board, edits))));
  } catch (error) {
    body.replaceChildren(failed(error, () => read(board, body)));
  }
}

/** @param {Rule} rule @param {Known} known @param {Board} board @param {boolean} edits @param {() => unknown} again */
function row(rule, known, board, edits, again) {
  const where = [rule.station, rule.category && t(`common.category.${rule.category}`)].filter(Boolean).join(" · ") || t("console.ladders.everywhere");
  return h("li", { class: "stack", data: { kind: rule.kind } },
    h("div", { class: "cluster" }, h("b", { t: `console.escalation.kind.${rule.kind}` }), h("span", { class: "small muted", text: where }), !rule.id && chip({ t: "console.ladders.default" })),
    h("p", { class: "small", text: rule.rungs.map(rungWords).join(" → ") }),
    h("p", { class: "small muted", t: rule.always ? "console.escalation.always" : "console.escalation.rests" }),
    edits && h("div", { class: "cluster" },
      button({ t: "console.ladders.edit", icon: "pen", kind: "quiet", action: () => edit(rule, known, board, again) }),
      rule.id && button({ t: "console.ladders.drop", icon: "trash", kind: "quiet", action: async () => {
        await board.page.api.delete(`/api/escalation-rules/${rule.id}?version=${rule.version}`);
        await again();
      } })));
}

/** @param {Lead} lead @param {Known} known @param {Board} board @param {boolean} edits */
function leadField({ level, code, person }, known, board, edits) {
  const input = h("select", { class: "input", name: `lead-${level}-${code}`, disabled: !edits, on: { change: () => save() } },
    h("option", { value: "", t: "console.ladders.nobody" }), known.colleagues.map((one) => h("option", { value: one.id, text: nameOf(one), selected: one.id === person?.id })));
  const save = async () => {
    try {
      await board.page.api.put("/api/area-leads", { level, code, staff_id: input.value || null });
      board.page.toast.show({ t: "console.ladders.saved" });
    } catch (error) {
      board.page.toast.fault(error);
    }
  };
  input.id = `lead-${level}-${code}`;
  return h("div", { class: "field" }, h("label", { for: input.id }, h("span", { t: `console.ladders.lead.${level}`, params: { code } })), input);
}

/** @param {string} of @param {({value: string, text: string} | {value: string, t: string})[]} options @param {string} chosen */
function choice(of, options, chosen) {
  return h("select", { class: "input", name: of }, options.map((one) => h("option", { ...one, selected: one.value === chosen })));
}

/** @param {Rule | null} known @param {Known} all @param {Board} board @param {() => unknown} again */
async function edit(known, all, board, again) {
  const any = { value: "", t: "console.ladders.any" };
  const stations = all.leads.filter(({ level }) => level === "station").map(({ code }) => ({ value: code, text: code }));
  const kind = choice("kind", KINDS.map((value) => ({ value, t: `console.escalation.kind.${value}` })), known?.kind ?? "level");
  const station = choice("station", [any, ...stations], known?.station ?? "");
  const category = choice("category", [any, ...CATEGORIES.map((value) => ({ value, t: `common.category.${value}` }))], known?.category ?? "");
  for (const input of [kind, station, category]) input.disabled = known !== null;
  const always = h("input", { type: "checkbox", name: "always", checked: known?.always ?? false });
  const steps = h("ol", { class: "stack console-rungs" });
  const more = button({ t: "console.ladders.more", icon: "plus", action: () => add({ whom: "supervisors", minutes: 30, person: null }) });
  const number = () => {
    for (const [at, step] of [...steps.children].entries()) {
      step.querySelector("legend")?.replaceChildren(h("span", { t: "console.ladders.step", params: { number: at + 1 } }));
      step.querySelector(".console-rung-less span")?.replaceWith(h("span", { t: "console.ladders.less", params: { number: at + 1 } }));
    }
    more.hidden = steps.children.length >= MOST;
  };
  const add = (/** @type {Rung} */ rung) => {
    steps.append(rungFields(rung, all.colleagues, number));
    number();
  };
  for (const rung of known?.rungs ?? [{ whom: "dispatchers", minutes: 15, person: null }]) add(rung);
  const trouble = h("div", { role: "alert", class: "stack" });
  const parts = [h("form", { class: "console-form", on: { submit: (/** @type {Event} */ event) => event.preventDefault() } },
    field({ t: "console.ladders.kind", name: "kind", input: kind }), field({ t: "console.ladders.station", name: "station", input: station }), field({ t: "console.ladders.category", name: "category", input: category })),
    steps, more, h("div", { class: "console-ticks" }, h("label", null, always, h("span", { t: "console.ladders.always" }))), trouble];
  for (;;) {
    if ((await sheet({ t: known ? "console.ladders.edit" : "console.ladders.new", body: parts, actions: [{ value: "save", t: "common.save", kind: "primary" }] })) !== "save") return;
    trouble.replaceChildren();
    try {
      await board.page.api.put("/api/escalation-rules", {
        kind: kind.value, station: station.value, category: category.value, always: always.checked, version: known?.version ?? null, rungs: [...steps.children].map(rungOf),
      });
      board.page.toast.show({ t: "console.ladders.saved" });
      await again();
      return;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      trouble.replaceChildren(...faultsOf(error).map((text) => note({ text, icon: "alert", tone: "bad" })));
    }
  }
}

/** @param {Rung} rung @param {Person[]} colleagues @param {() => void} changed */
function rungFields(rung, colleagues, changed) {
  const whom = choice("whom", WHOM.map((value) => ({ value, t: `console.escalation.whom.${value}` })), rung.whom);
  const minutes = field({ t: "console.ladders.minutes", name: "minutes", type: "number", min: "1", max: "2880", step: "1", inputmode: "numeric", value: String(rung.minutes) });
  const person = field({ t: "console.ladders.colleague", name: "colleague", input: choice("colleague", colleagues.map((one) => ({ value: one.id, text: nameOf(one) })), rung.person?.id ?? "") });
  const follow = () => {
    person.hidden = whom.value !== "colleague";
  };
  whom.addEventListener("change", follow);
  follow();
  const item = h("li", null, h("fieldset", { class: "stack" }, h("legend"), field({ t: "console.ladders.whom", name: "whom", input: whom }), person, minutes,
    button({ class: "button quiet console-rung-less", icon: "trash", t: "console.ladders.drop", action: () => {
      item.remove();
      changed();
    } })));
  return item;
}

/** @param {Element} step */
function rungOf(step) {
  const value = (/** @type {string} */ of) => /** @type {HTMLInputElement} */ (step.querySelector(`[name=${of}]`)).value;
  return { whom: value("whom"), minutes: Math.round(Number(value("minutes"))), staff_id: value("whom") === "colleague" ? value("colleague") : null };
}
