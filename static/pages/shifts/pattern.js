// Weeks that repeat: the week that is shown becomes somebody's pattern from a day on; patterns are taken away.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { sheet } from "parts/dialog.js";
import { field } from "parts/field.js";
import { nameOf } from "parts/words.js";
import { dayWords, spanWords } from "pages/shifts/model.js";

/** @typedef {import("pages/shifts/model.js").Model} Model */

/** @param {Model} model @param {import("pages/shifts/model.js").RepWeek} rep */
export async function patterns(model, rep) {
  const path = `/api/reps/${rep.rep_id}/shift-patterns`;
  const known = /** @type {any[]} */ (await model.page.api.get(path));
  const from = field({ t: "shifts.pattern.from", name: "from", type: "date", value: model.data?.today ?? "", hint: "shifts.pattern.hint" });
  const list = h("ul", { class: "rows" }, known.map((each) => row(model, path, each)));
  const days = h("dl", { class: "shifts-days" }, rep.days.map((day) => [
    h("dt", { text: dayWords(day.day, { weekday: "long" }) }), h("dd", day.duty.spans.length ? { text: spanWords(day.duty) } : { t: "shifts.off.pattern" })]));
  const answer = await sheet({ title: nameOf(rep), body: [
    h("h3", { t: "shifts.pattern.known" }), known.length ? list : h("p", { class: "muted", t: "shifts.pattern.none" }),
    h("h3", { t: "shifts.pattern.new" }), days, from],
  actions: [{ value: "", t: "common.cancel" }, { value: "save", t: "shifts.pattern.save", kind: "primary", icon: "check" }] });
  if (answer !== "save") return;
  const duties = rep.days.map((day, weekday) => ({ ...day.duty, weekday }));
  await model.page.api.post(path, { valid_from: from.control.value, duties });
  model.page.toast.show({ t: "shifts.saved" });
  await model.load();
}

/** @param {Model} model @param {string} path @param {any} pattern */
function row(model, path, pattern) {
  const line = h("li", { class: "row" },
    h("span", { class: "grow" }, h("b", { t: "shifts.pattern.since", params: { day: dayWords(pattern.valid_from) } }),
      h("small", { t: "shifts.pattern.weeks", params: { count: pattern.weeks } })),
    button({ icon: "trash", size: "icon", label: "shifts.pattern.drop", action: async () => {
      await model.page.api.delete(`${path}/${pattern.id}`, { query: { version: pattern.version } });
      line.remove();
      await model.load();
    } }));
  return line;
}
