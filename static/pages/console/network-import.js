// A pipe network comes in: the file is looked at first, with every fault or every change, and then taken. The coordinate
// system is asked for, since a network that lies ten kilometres off looks like a network.

import { ApiError } from "lib/api.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { sheet } from "parts/dialog.js";
import { field } from "parts/field.js";
import { icon } from "parts/icon.js";
import { i18n, t } from "parts/words.js";
import { reason } from "pages/console/words.js";

const LAYERS = ["pipes", "valves", "hydrants", "connections", "sources"];

/** @typedef {{code: string, where: string, params?: Record<string, unknown>}} Told */
/** @typedef {{changes: {layer: string, rows: number, added: number, changed: number, removed: number, named: Record<string, string[]>}[],
 *   counts: Record<string, number>, warnings: Told[], doubts: Told[], encoding: string, crs: string}} Report */

/** @param {import("parts/page.js").Page} page @param {() => unknown} taken */
export async function importNetwork(page, taken) {
  const result = h("div", { class: "stack", role: "status" });
  const name = h("b", { t: "console.import.drop" });
  const input = h("input", { type: "file", accept: ".inp,.geojson,.json", id: "network-file", on: { change: () => void check() } });
  const crs = field({ t: "console.network.crs", hint: "console.network.crs.hint", name: "crs", optional: true, placeholder: "console.network.crs.example" });
  const layer = h("select", { class: "input", id: "network-layer", on: { change: () => void check() } },
    h("option", { value: "", t: "console.network.layer.own" }), LAYERS.map((each) => h("option", { value: each, t: `console.network.layer.${each}` })));
  crs.control.addEventListener("change", () => void check());
  const drop = h("label", { class: "console-drop", for: "network-file" }, icon("upload"), name, h("span", { class: "muted", t: "console.network.formats" }), input);

  async function check() {
    const file = input.files?.[0];
    if (!file) return;
    name.textContent = file.name;
    delete name.dataset["t"];
    drop.dataset["chosen"] = "";
    result.replaceChildren(h("p", { t: "console.import.checking" }));
    try {
      const report = await send(file, { dry_run: "true" });
      const take = button({ t: "console.import.apply", kind: "primary", icon: "check", action: () => apply(file, report.doubts.length > 0) });
      const doubtful = report.doubts.length > 0;
      const box = h("input", { type: "checkbox", on: { change: () => (take.disabled = !box.checked) } });
      take.disabled = doubtful;
      result.replaceChildren(
        doubtful ? note({ t: "console.import.doubts", icon: "alert", tone: "warn" }, h("ul", { class: "console-doubts" }, report.doubts.map((each) => h("li", { text: reason(/** @type {any} */ (each)) }))))
          : note({ t: "console.import.clean", icon: "check", tone: "ok" }),
        ...summary(report), ...(doubtful ? [h("label", { class: "tick-line" }, box, h("span", { t: "console.import.confirm" }))] : []), take);
    } catch (error) {
      result.replaceChildren(...faults(error));
    }
  }

  /** @param {File} file @param {boolean} confirmed */
  async function apply(file, confirmed) {
    try {
      const report = await send(file, confirmed ? { confirmed: "true" } : {});
      result.replaceChildren(note({ t: "console.import.done", icon: "done", tone: "ok" }), ...summary(report));
      await taken();
    } catch (error) {
      result.replaceChildren(...faults(error));
    }
  }

  /** @param {File} file @param {Record<string, string>} asked @returns {Promise<Report>} */
  function send(file, asked) {
    const pairs = Object.entries({ ...asked, crs: crs.control.value.trim(), layer: layer.value }).filter(([, value]) => value);
    return page.api.upload(`/api/imports/network?${new URLSearchParams(pairs)}`, { file, name: file.name });
  }

  await sheet({ t: "console.network.import", text: "console.network.lead", body: [drop, crs,
    h("div", { class: "stack" }, h("label", { class: "small", for: "network-layer", t: "console.network.layer" }), layer), result], actions: [{ value: "close", t: "common.close" }] });
}

/** @param {Report} report @returns {Node[]} */
function summary({ changes, warnings, crs }) {
  const number = (/** @type {number} */ value) => i18n.number(value);
  return [
    h("ul", { class: "console-reasons" }, changes.map(({ layer, rows, added, changed, removed }) => h("li", { t: "console.network.change",
      params: { layer: t(`console.network.layer.${layer}`), rows: number(rows), added: number(added), changed: number(changed), removed: number(removed) } }))),
    h("p", { class: "small muted", t: "console.network.read_in", params: { crs } }),
    ...(warnings.length ? [h("details", { class: "console-fold" }, h("summary", null, h("span", { t: "console.import.warnings" }), h("span", { class: "muted number", text: ` ${warnings.length}` })), places(warnings))] : []),
  ];
}

/** @param {unknown} error @returns {Node[]} */
function faults(error) {
  if (!(error instanceof ApiError)) throw error;
  const { faults: found } = error;
  return found.length ? [note({ t: "console.import.faults", params: { count: found.length }, icon: "alert", tone: "bad" }), places(found)]
    : [note({ text: i18n.error(error), icon: "alert", tone: "bad" })];
}

/** @param {Told[]} found */
function places(found) {
  return h("ol", { class: "console-faults" }, found.map(({ code, where, params = {} }) => {
    const kind = ["line", "feature"].find((each) => typeof params[each] === "number");
    const at = kind ? t(`console.import.${kind}`, { [kind]: params[kind] }) : t("console.import.file");
    return h("li", null, h("b", { text: typeof params["field"] === "string" ? `${at} · ${params["field"]}` : at }), h("span", { text: reason({ code, params }) }));
  }));
}
