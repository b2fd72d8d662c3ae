// A task that came by telephone, or that no customer asked for. Placed at once, or in the inbox with the reason.

import { ApiError } from "lib/api.js";
import { h } from "parts/dom.js";
import { note as notice } from "parts/chip.js";
import { sheet } from "parts/dialog.js";
import { field } from "parts/field.js";
import { pinMap, pointField, read, taskAddress } from "pages/console/place-form.js";
import { faultsOf } from "pages/console/contractors.js";
import { secondFields } from "pages/console/second-fields.js";
import { types } from "pages/console/task-types.js";
import { windowsField } from "pages/console/windows-field.js";
import { name } from "pages/console/words.js";

const SKILLS = ["leak_repair", "meter_work", "pressure", "water_quality", "valve", "consulting"];
const CATEGORIES = ["no_water", "low_pressure", "dirty_water", "meter", "leak", "other"];
const FITTING = /** @type {Record<string, string>} */ ({ no_water: "valve", low_pressure: "pressure", dirty_water: "water_quality", meter: "meter_work", leak: "leak_repair" });
const NOWHERE = { lat: null, lon: null };

/** @param {import("pages/console/board.js").Board} board @param {import("parts/page.js").Page} page */
export async function newTask(board, page) {
  const offered = [...types.values()].filter(({ active }) => active);
  const type = h("select", { class: "input", name: "type", autofocus: true }, offered.map((each) => h("option", { value: each.code, text: name(each) })));
  const category = choice("category", CATEGORIES, (value) => `common.category.${value}`);
  const skill = choice("skill", SKILLS, (value) => `common.skill.${value}`);
  const severity = choice("severity", ["minor", "major", "urgent"], (value) => `common.severity.${value}`);
  const point = pointField(NOWHERE, true);
  const form = {
    type: field({ t: "console.new.type", name: "type", input: type }),
    category: field({ t: "console.new.category", name: "category", input: category }),
    severity: field({ t: "console.new.severity", name: "severity", input: severity }),
    skill: field({ t: "console.fact.skill", name: "skill", input: skill }),
    customer: field({ t: "console.new.customer", name: "customer", maxlength: 80, optional: true }),
    phone: field({ t: "console.fact.phone", name: "phone", type: "tel", maxlength: 32, optional: true }),
    address: taskAddress(board, point.control),
    point,
    note: field({ t: "console.fact.note", name: "note", type: "textarea", rows: 2, maxlength: 2000, optional: true }),
  };
  const follow = () => {
    const chosen = types.get(type.value);
    const complaint = type.value === "complaint";
    form.category.hidden = !complaint;
    if (chosen) [skill.value, severity.value] = [complaint ? FITTING[category.value] ?? chosen.skill : chosen.skill, chosen.severity];
  };
  for (const one of [type, category]) one.addEventListener("change", follow);
  follow();
  // The map is heavy and often not needed: it comes when asked for.
  const map = h("details", { class: "console-fold", on: { toggle: () => map.open && map.children.length === 1 && map.append(pinMap(NOWHERE, form.point.control, board)) } },
    h("summary", null, h("span", { t: "console.place.map" })));
  const windows = windowsField([], true);
  const times = h("details", { class: "console-fold stack" }, h("summary", null, h("span", { t: "console.new.windows" })), h("p", { class: "muted", t: "console.terms.windows.lead" }), windows.element);
  const second = secondFields();
  const { note, ...first } = form;
  const trouble = h("div", { role: "alert" });
  const body = [h("form", { class: "console-form", on: { submit: (event) => event.preventDefault() } }, Object.values(first), map, second.element, times, note), trouble];
  for (;;) {
    const answer = await sheet({ t: "console.new", body, actions: [{ value: "save", t: "console.new.save", kind: "primary" }] });
    if (answer !== "save") return;
    const written = form.point.control.value.trim();
    const place = read(written);
    form.point.fault(written && !place ? "console.place.point.wrong" : null);
    if (written && !place) continue;
    const agreed = windows.read();
    trouble.replaceChildren(...(agreed ? [] : [notice({ t: "console.terms.windows.half", icon: "alert", tone: "bad" })]));
    if (!agreed) continue;
    const asked = second.read();
    try {
      const task = await page.api.post("/api/tasks", {
        type: type.value, ...(type.value === "complaint" && { category: category.value }), severity: severity.value, skill: skill.value, address: form.address.control.value.trim(), ...place, windows: agreed,
        needs_two: asked.needs_two, second_level: asked.level, ...(asked.skill && { second_skill: asked.skill }),
        customer_name: form.customer.control.value.trim(), customer_phone: form.phone.control.value.trim(), note: form.note.control.value.trim(),
      });
      page.toast.show(task.rep ? { t: "console.assigned", params: { name: name(task.rep) } } : { t: "console.new.inbox" });
      board.moved(task.id);
      board.choose({ kind: "task", id: task.id });
      return;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      trouble.replaceChildren(...faultsOf(error).map((text) => notice({ text, icon: "alert", tone: "bad" })));
    }
  }
}

/** @param {string} of @param {string[]} values @param {(value: string) => string} key */
function choice(of, values, key) {
  return h("select", { class: "input", name: of }, values.map((value) => h("option", { value, t: key(value) })));
}
