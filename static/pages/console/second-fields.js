// Whether two people are needed at the same time, and what the second has to be able to do: for a new task and one that is there.

import { h } from "parts/dom.js";
import { field } from "parts/field.js";

const SKILLS = ["leak_repair", "meter_work", "pressure", "water_quality", "valve", "consulting"];

/** @param {{needs_two: boolean, second_skill: string, second_level: number}} now */
export function secondFields(now = { needs_two: false, second_skill: "", second_level: 1 }) {
  const two = h("input", { type: "checkbox", name: "needs_two", checked: now.needs_two });
  const skill = h("select", { class: "input", name: "second_skill" }, h("option", { value: "", t: "console.pair.hand" }),
    SKILLS.map((value) => h("option", { value, selected: value === now.second_skill, t: `common.skill.${value}` })));
  const level = h("select", { class: "input", name: "second_level" }, [1, 2, 3].map((value) => h("option", { value: String(value), selected: value === now.second_level, t: "console.new.level", params: { level: value } })));
  const who = field({ t: "console.pair.second", name: "second_skill", input: skill });
  const able = field({ t: "console.pair.level", name: "second_level", input: level });
  const follow = () => [who.hidden, able.hidden] = [!two.checked, !two.checked || !skill.value];
  for (const one of [two, skill]) one.addEventListener("change", follow);
  follow();
  return {
    element: h("div", { class: "stack" }, h("div", { class: "console-ticks" }, h("label", null, two, h("span", { t: "console.pair.needs" }))), who, able),
    read: () => ({ needs_two: two.checked, level: skill.value ? Number(level.value) : 1, ...(two.checked && skill.value && { skill: skill.value }) }),
  };
}
