// A new proposal: for all stations, or for one.

import { h } from "parts/dom.js";
import { ask } from "parts/dialog.js";
import { field } from "parts/field.js";
import { i18n, t } from "parts/words.js";

/** @typedef {{level: string, code: string, name: string, name_zh_hant: string, name_en: string}} Unit */

/** @param {import("pages/territory/model.js").Model} model */
export async function askWhich(model) {
  const { units } = await model.page.api.get("/api/coverage");
  const stations = /** @type {Unit[]} */ (units).filter(({ level }) => level === "station");
  if (stations.length < 2) return model.ask();
  const input = h("select", { class: "input" }, h("option", { value: "", t: "territory.station.all" }),
    stations.map((each) => h("option", { value: each.code, text: `${called(each)} · ${each.code}` })));
  const answer = await ask({ t: "territory.ask", body: [field({ t: "territory.station", name: "station", input })],
    actions: [{ value: "", t: "common.cancel" }, { value: "yes", t: "territory.ask.go", kind: "primary" }] });
  if (answer === "yes") await model.ask(input.value || undefined);
}

/** @param {Unit} unit */
function called(unit) {
  const name = { en: unit.name_en, "zh-Hant": unit.name_zh_hant }[i18n.language] ?? unit.name;
  return name || unit.code || t("territory.station");
}
