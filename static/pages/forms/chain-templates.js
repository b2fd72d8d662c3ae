// What chains of tasks are made of: the templates, each with its steps, what one waits between them, and the permits
// without which a step is neither planned nor begun.

import { ApiError } from "lib/api.js";
import { button } from "parts/button.js";
import { stepName } from "parts/chain.js";
import { note } from "parts/chip.js";
import { sheet } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { nothing } from "parts/empty.js";
import { field } from "parts/field.js";
import { i18n, t } from "parts/words.js";

/** @typedef {import("pages/forms/model.js").Model} Model */
/** @typedef {{type: string, lag_min: number, permits: string[]}} Step */
/** @typedef {{code: string, name: string, name_zh_hant: string, name_en: string, active: boolean, version: number | null, steps: Step[]}} Template */

const KINDS = ["permit_to_work", "street_works", "traffic", "confined_space"];

/** @param {Model} model */
export async function chainTemplates({ page, types, writes }) {
  const body = h("div", { class: "stack" });
  const active = types.filter((type) => type.active);
  /** @param {string} code */
  const named = (code) => {
    const type = types.find((each) => each.code === code);
    return type ? stepName(type) : code;
  };
  /** @type {string[]} */
  let known = [];
  await list();
  await sheet({ t: "forms.chains", body: [body], actions: [{ value: "", t: "common.close", kind: "primary" }] });

  async function list() {
    /** @type {Template[]} */
    const templates = await page.api.get("/api/chain-templates");
    known = templates.map(({ code }) => code);
    const blank = { code: "", name: "", name_zh_hant: "", name_en: "", active: true, version: null, steps: active.slice(0, 2).map(({ code }) => ({ type: code, lag_min: 0, permits: [] })) };
    body.replaceChildren(
      h("p", { class: "muted small", t: "forms.chains.text" }),
      templates.length
        ? h("ul", { class: "forms-chains" }, templates.map((template) => h("li", { data: { code: template.code } },
            h("div", { class: "grow" }, h("b", { text: stepName(template) }), !template.active && h("span", { class: "muted small", t: "forms.chains.off" }),
              h("p", { class: "muted small", text: template.steps.map(({ type }) => named(type)).join(" → ") })),
            writes && button({ t: "forms.chains.edit", ariaLabel: `${t("forms.chains.edit")}: ${stepName(template)}`, action: () => edit(template) }))))
        : nothing({ t: "forms.chains.none", icon: "list" }),
      ...(writes ? [button({ t: "forms.chains.new", icon: "plus", action: () => edit(blank) })] : []));
  }

  /** @param {Template} template */
  function edit(template) {
    const steps = template.steps.map((step) => ({ ...step, permits: [...step.permits] }));
    const text = (/** @type {"name" | "name_zh_hant" | "name_en"} */ name, /** @type {string} */ lang) => field({ t: `forms.type.${name}`, name, value: template[name], maxlength: 80, lang });
    const names = { name: text("name", "zh-Hans"), name_zh_hant: text("name_zh_hant", "zh-Hant"), name_en: text("name_en", "en") };
    const code = template.version === null ? field({ t: "forms.chains.code", name: "code", maxlength: 32, hint: "forms.chains.code.hint" }) : null;
    const used = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", name: "active", checked: template.active }));
    const rows = h("ol", { class: "forms-chain-steps" });
    const trouble = h("div", { role: "alert", class: "stack" });
    const draw = () => rows.replaceChildren(...steps.map((step, at) => row(steps, step, at, draw)));
    draw();
    body.replaceChildren(...[code, ...Object.values(names)].filter((each) => each !== null), rows,
      button({ t: "forms.chains.add", icon: "plus", action: () => { steps.push({ type: active[0]?.code ?? "", lag_min: 0, permits: [] }); draw(); } }),
      h("label", { class: "tick-line" }, used, h("span", { t: "forms.chains.active" })), trouble,
      h("div", { class: "cluster" }, button({ t: "forms.chains.back", action: list }), button({ t: "common.save", kind: "primary", action: async () => {
        const own = code ? code.control.value.trim() : template.code;
        if (code && known.includes(own)) {
          trouble.replaceChildren(note({ t: "forms.chains.taken", icon: "alert", tone: "bad" }));
          return;
        }
        const given = Object.fromEntries(Object.entries(names).map(([name, { control }]) => [name, control.value.trim()]));
        try {
          await page.api.put(`/api/chain-templates/${encodeURIComponent(own || "-")}`, { ...given, steps, active: used.checked, version: template.version });
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          const faults = error.faults?.length ? error.faults.map(said) : [i18n.error(error)];
          trouble.replaceChildren(...faults.map((text) => note({ text, icon: "alert", tone: "bad" })));
          return;
        }
        await list();
      } })));
  }

  /** @param {Step[]} steps @param {Step} step @param {number} at @param {() => void} draw */
  function row(steps, step, at, draw) {
    const type = h("select", { class: "input", name: "type", on: { change: (event) => { step.type = event.target.value; } } },
      types.filter((each) => each.active || each.code === step.type).map((each) => h("option", { value: each.code, text: stepName(each), selected: each.code === step.type })));
    const lag = field({ t: "forms.chains.lag", name: "lag", type: "number", min: "0", max: "20160", step: "1", value: String(step.lag_min), inputmode: "numeric" });
    lag.control.addEventListener("input", () => { step.lag_min = Number(lag.control.value); });
    const tick = (/** @type {string} */ kind) => h("label", { class: "tick-line" },
      h("input", { type: "checkbox", checked: step.permits.includes(kind), on: { change: (event) => { step.permits = KINDS.filter((each) => (each === kind ? event.target.checked : step.permits.includes(each))); } } }),
      h("span", { t: `chain.permit.${kind}` }));
    return h("li", null, field({ t: "forms.chains.step", name: "type", input: type }), at > 0 && lag,
      h("fieldset", null, h("legend", { t: "forms.chains.needs" }), KINDS.map(tick)),
      h("div", { class: "cluster" },
        at > 0 && button({ icon: "up", size: "icon", kind: "quiet", ariaLabel: `${t("forms.chains.up")}: ${named(step.type)}`, action: () => { steps.splice(at - 1, 0, ...steps.splice(at, 1)); if (steps[0]) steps[0].lag_min = 0; draw(); } }),
        button({ icon: "trash", size: "icon", kind: "quiet", ariaLabel: `${t("forms.chains.remove")}: ${named(step.type)}`, action: () => { steps.splice(at, 1); if (steps[0]) steps[0].lag_min = 0; draw(); } })));
  }
}

/** A fault, and in which step it is. @param {import("lib/api.js").Fault} fault */
function said(fault) {
  const words = i18n.coded(fault.code, fault.params) ?? (fault.detail || fault.code);
  const [, at] = /steps\.(\d+)/.exec(fault.where ?? "") ?? [];
  return at === undefined ? words : `${t("forms.chains.step")} ${Number(at) + 1}: ${words}`;
}
