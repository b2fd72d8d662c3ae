// Language, theme, how work is weighed, and the way out.

import { h } from "parts/dom.js";
import { sheet } from "parts/dialog.js";
import { field } from "parts/field.js";
import { signOut } from "parts/session.js";
import "parts/switches.js";
import { naming } from "parts/words.js";

const FACTORS = ["connections", "main_length_m", "task_minutes", "key_accounts", "min_night_flow", "area"];

/** @param {import("parts/page.js").Page} page @param {import("pages/territory/model.js").Model} model @param {import("parts/session.js").Me} me */
export async function settings(page, model, me) {
  const body = [h("p", { class: "muted", ...naming(me) }), h("div", { class: "cluster" }, h("cs-language"), h("cs-theme"))];
  const wish = await sheet({ t: "common.settings", body,
    actions: [{ value: "weights", t: "territory.weights", icon: "filter" }, { value: "out", t: "common.sign_out", icon: "out" }] });
  if (wish === "weights") await weigh(page, me);
  if (wish === "out") await signOut(page);
  model.tell();
}

/** @param {import("parts/page.js").Page} page @param {import("parts/session.js").Me} me */
async function weigh(page, me) {
  const may = me.roles.some((role) => role === "supervisor" || role === "admin");
  const now = await page.api.get("/api/territory/weights");
  const fields = Object.fromEntries([...FACTORS, "most_zones"].map((name) => [name,
    field({ t: `territory.weight.${name}`, name, type: "number", value: String(now[name]), min: name === "most_zones" ? 1 : 0, max: 1000, step: name === "most_zones" ? 1 : "any", readonly: !may })]));
  const answer = await sheet({ t: "territory.weights", text: may ? "territory.weights.text" : "territory.weights.read", body: [h("div", { class: "territory-weights" }, Object.values(fields))],
    actions: may ? [{ value: "save", t: "common.save", kind: "primary" }] : [{ value: "", t: "common.close", kind: "primary" }] });
  if (answer !== "save") return;
  const wanted = Object.fromEntries(Object.entries(fields).map(([name, { control }]) => [name, Number(control.value)]));
  await page.api.put("/api/territory/weights", { ...wanted, version: now.version });
  page.toast.show({ t: "territory.weights.saved" });
}
