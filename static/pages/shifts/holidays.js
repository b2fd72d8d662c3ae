// The utility's holidays, one a line.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { sheet } from "parts/dialog.js";

/** @param {import("pages/shifts/model.js").Model} model */
export async function holidays(model) {
  const list = h("ul", { class: "stack shifts-holidays" });
  const line = (/** @type {string} */ day, /** @type {string} */ name) => {
    /** @type {HTMLElement} */
    const row = h("li", { class: "shifts-pair" },
      h("input", { class: "input", type: "date", value: day, label: "shifts.holiday.day" }),
      h("input", { class: "input", value: name, maxlength: "80", label: "shifts.holiday.name", placeholder: "shifts.holiday.name" }),
      button({ icon: "trash", size: "icon", label: "shifts.holiday.drop", action: () => row.remove() }));
    list.append(row);
  };
  const today = model.data?.today ?? "";
  for (const { day, name } of model.data?.holidays ?? []) if (day >= today) line(day, name);
  if (!list.childElementCount) line("", "");
  const answer = await sheet({ t: "shifts.holidays", body: [h("p", { class: "muted", t: "shifts.holidays.lead" }), list,
    button({ t: "shifts.holiday.add", icon: "plus", action: () => line("", "") })],
  actions: [{ value: "", t: "common.cancel" }, { value: "save", t: "common.save", kind: "primary", icon: "check" }] });
  if (answer !== "save") return;
  const named = [...list.querySelectorAll("li")].map((row) => [...row.querySelectorAll("input")].map((input) => input.value.trim()));
  await model.page.api.put("/api/holidays", { holidays: named.flatMap(([day, name]) => (day ? [{ day, name: name ?? "" }] : [])) });
  model.page.toast.show({ t: "shifts.saved" });
  await model.load();
}
