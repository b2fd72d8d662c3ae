// A task that came by telephone, or that no customer asked for. Placed at once, or in the inbox with the reason.

import { ApiError } from "lib/api.js";
import { h } from "parts/dom.js";
import { sheet } from "parts/dialog.js";
import { field } from "parts/field.js";
import { i18n } from "parts/words.js";
import { read } from "pages/console/place-form.js";
import { name } from "pages/console/words.js";

const CATEGORIES = ["leak", "no_water", "low_pressure", "dirty_water", "meter", "other"];
const SKILLS = ["leak_repair", "meter_work", "pressure", "water_quality", "valve", "consulting"];
const FITTING = /** @type {Record<string, string>} */ ({ leak: "leak_repair", no_water: "valve", low_pressure: "pressure", dirty_water: "water_quality", meter: "meter_work", other: "consulting" });

/** @param {import("pages/console/board.js").Board} board @param {import("parts/page.js").Page} page */
export async function newTask(board, page) {
  const category = choice("category", CATEGORIES, (value) => `common.category.${value}`);
  const skill = choice("skill", SKILLS, (value) => `common.skill.${value}`);
  const severity = choice("severity", ["minor", "major", "urgent"], (value) => `common.severity.${value}`);
  const form = {
    category: field({ t: "console.new.category", name: "category", input: category }),
    severity: field({ t: "console.new.severity", name: "severity", input: severity }),
    skill: field({ t: "console.fact.skill", name: "skill", input: skill }),
    address: field({ t: "console.place.address", name: "address", maxlength: 300 }),
    point: field({ t: "console.place.point", name: "point", hint: "console.place.point.hint", optional: true }),
    customer: field({ t: "console.new.customer", name: "customer", maxlength: 80, optional: true }),
    phone: field({ t: "console.fact.phone", name: "phone", type: "tel", maxlength: 32, optional: true }),
    note: field({ t: "console.fact.note", name: "note", type: "textarea", rows: 2, maxlength: 2000, optional: true }),
  };
  category.addEventListener("change", () => {
    skill.value = FITTING[category.value] ?? "consulting";
  });
  const body = [h("form", { class: "stack console-form", on: { submit: (event) => event.preventDefault() } }, Object.values(form))];
  for (;;) {
    const answer = await sheet({ t: "console.new", body, actions: [{ value: "save", t: "console.new.save", kind: "primary" }] });
    if (answer !== "save") return;
    const written = form.point.control.value.trim();
    const place = read(written);
    form.point.fault(written && !place ? "console.place.point.wrong" : null);
    if (written && !place) continue;
    try {
      const task = await page.api.post("/api/tasks", {
        category: category.value, severity: severity.value, skill: skill.value, address: form.address.control.value.trim(), ...place,
        customer_name: form.customer.control.value.trim(), customer_phone: form.phone.control.value.trim(), note: form.note.control.value.trim(),
      });
      page.toast.show(task.rep ? { t: "console.assigned", params: { name: name(task.rep) } } : { t: "console.new.inbox" });
      board.soon(["tasks", "reps", "zones"]);
      board.choose({ kind: "task", id: task.id });
      return;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      form.note.fault(i18n.error(error));
    }
  }
}

/** @param {string} of @param {string[]} values @param {(value: string) => string} key */
function choice(of, values, key) {
  return h("select", { class: "input", name: of }, values.map((value) => h("option", { value, t: key(value) })));
}
