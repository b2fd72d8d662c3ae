// A file of shifts: every fault, or what it would change; then taken.

import { ApiError } from "lib/api.js";
import { h } from "parts/dom.js";
import { sheet } from "parts/dialog.js";
import { t } from "parts/words.js";

/** @param {import("pages/shifts/model.js").Model} model */
export async function importShifts(model) {
  const { api, toast } = model.page;
  const chooser = h("input", { class: "input", type: "file", accept: ".csv,.ics,text/csv,text/calendar", label: "shifts.import.file" });
  const whose = h("select", { class: "input", name: "rep", label: "shifts.import.whose" }, h("option", { value: "", t: "shifts.import.named" }),
    (model.data?.reps ?? []).map((rep) => h("option", { value: rep.rep_id, text: `${rep.code} · ${rep.name}` })));
  const first = await sheet({ t: "shifts.import", body: [h("p", { t: "shifts.import.lead" }), chooser, h("label", { class: "stack" }, h("span", { t: "shifts.import.whose" }), whose)],
    actions: [{ value: "", t: "common.cancel" }, { value: "look", t: "shifts.import.look", kind: "primary" }] });
  const file = chooser.files?.[0];
  if (first !== "look" || !file) return;
  const path = (/** @type {boolean} */ dry) => `/api/imports/shifts?dry_run=${dry}${whose.value ? `&rep_id=${whose.value}` : ""}`;
  try {
    const seen = await api.upload(path(true), { file, fields: {} });
    const wish = await sheet({ t: "shifts.import.would", body: differences(seen), actions: seen.changes.length
      ? [{ value: "", t: "common.cancel" }, { value: "take", t: "shifts.import.take", kind: "primary", icon: "check" }] : [{ value: "", t: "common.close" }] });
    if (wish !== "take") return;
    await api.upload(path(false), { file, fields: {} });
    toast.show({ t: "shifts.saved" });
    await model.load();
  } catch (error) {
    if (!(error instanceof ApiError) || !error.faults?.length) throw error;
    await sheet({ t: "shifts.import.faults", body: [h("ul", { class: "rows" }, error.faults.map((/** @type {any} */ fault) => h("li", { class: "row" },
      h("b", { text: fault.where }), h("span", { class: "grow", text: t(`reasons.${fault.code}`, fault.params) }))))], actions: [{ value: "", t: "common.close" }] });
  }
}

/** @param {any} seen */
function differences(seen) {
  return [h("p", { t: "shifts.import.counts", params: { patterns: seen.patterns, exceptions: seen.exceptions, unchanged: seen.unchanged } }),
    h("div", { class: "shifts-scroll" }, h("table", { class: "shifts-diff" }, h("thead", null, h("tr", null, ["who", "day", "was", "becomes"].map((key) => h("th", { scope: "col", t: `shifts.${key}` })))),
      h("tbody", null, seen.changes.map((/** @type {any} */ each) => h("tr", null,
        h("th", { scope: "row", text: each.code }), h("td", { text: each.day }), h("td", { text: each.before || "–" }), h("td", { text: each.after }))))))];
}
