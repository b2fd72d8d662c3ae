// A task that came by telephone, or that no customer asked for. Placed at once, or in the inbox with the reason.

import { ApiError } from "lib/api.js";
import { h } from "parts/dom.js";
import { note as notice } from "parts/chip.js";
import { sheet } from "parts/dialog.js";
import { field } from "parts/field.js";
import { i18n } from "parts/words.js";
import { pinMap, pointField, read, taskAddress } from "pages/console/place-form.js";
import { name } from "pages/console/words.js";

const CATEGORIES = ["leak", "no_water", "low_pressure", "dirty_water", "meter", "other"];
const SKILLS = ["leak_repair", "meter_work", "pressure", "water_quality", "valve", "consulting"];
const NOWHERE = { lat: null, lon: null };
const FITTING = /** @type {Record<string, string>} */ ({ leak: "leak_repair", no_water: "valve", low_pressure: "pressure", dirty_water: "water_quality", meter: "meter_work", other: "consulting" });

/** @param {import("pages/console/board.js").Board} board @param {import("parts/page.js").Page} page */
export async function newTask(board, page) {
  const category = choice("category", CATEGORIES, (value) => `common.category.${value}`);
  const skill = choice("skill", SKILLS, (value) => `common.skill.${value}`);
  const severity = choice("severity", ["minor", "major", "urgent"], (value) => `common.severity.${value}`);
  const point = pointField(NOWHERE, true);
  const form = {
    category: field({ t: "console.new.category", name: "category", input: category }),
    severity: field({ t: "console.new.severity", name: "severity", input: severity }),
    skill: field({ t: "console.fact.skill", name: "skill", input: skill }),
    customer: field({ t: "console.new.customer", name: "customer", maxlength: 80, optional: true }),
    phone: field({ t: "console.fact.phone", name: "phone", type: "tel", maxlength: 32, optional: true }),
    address: taskAddress(board, point.control),
    point,
    note: field({ t: "console.fact.note", name: "note", type: "textarea", rows: 2, maxlength: 2000, optional: true }),
  };
  category.addEventListener("change", () => {
    skill.value = FITTING[category.value] ?? "consulting";
  });
  // The map is heavy and often not needed: it comes when asked for.
  const map = h("details", { class: "console-fold", on: { toggle: () => map.open && map.children.length === 1 && map.append(pinMap(NOWHERE, form.point.control, board)) } },
    h("summary", null, h("span", { t: "console.place.map" })));
  const { note, ...first } = form;
  const trouble = h("div", { role: "alert" });
  const body = [h("form", { class: "console-form", on: { submit: (event) => event.preventDefault() } }, Object.values(first), map, note), trouble];
  for (;;) {
    const answer = await sheet({ t: "console.new", body, actions: [{ value: "save", t: "console.new.save", kind: "primary" }] });
    if (answer !== "save") return;
    const written = form.point.control.value.trim();
    const place = read(written);
    form.point.fault(written && !place ? "console.place.point.wrong" : null);
    if (written && !place) continue;
    trouble.replaceChildren();
    try {
      const task = await page.api.post("/api/tasks", {
        category: category.value, severity: severity.value, skill: skill.value, address: form.address.control.value.trim(), ...place,
        customer_name: form.customer.control.value.trim(), customer_phone: form.phone.control.value.trim(), note: form.note.control.value.trim(),
      });
      page.toast.show(task.rep ? { t: "console.assigned", params: { name: name(task.rep) } } : { t: "console.new.inbox" });
      board.moved(task.id);
      board.choose({ kind: "task", id: task.id });
      return;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      trouble.replaceChildren(notice({ text: i18n.error(error), icon: "alert", tone: "bad" }));
    }
  }
}

/** @param {string} of @param {string[]} values @param {(value: string) => string} key */
function choice(of, values, key) {
  return h("select", { class: "input", name: of, autofocus: of === "category" }, values.map((value) => h("option", { value, t: key(value) })));
}
