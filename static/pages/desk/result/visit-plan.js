// A visit: what it takes by the fault's entry, which parts come along, when the customer is at home, and what follows.

import { atWallTime, duration, wallTime } from "lib/time.js";
import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { h } from "parts/dom.js";
import { field, segmented } from "parts/field.js";
import { i18n } from "parts/words.js";
import { editDetails } from "pages/desk/case/edit.js";

/** @typedef {import("pages/desk/result/result.js").Result} Result */
/** @typedef {import("pages/desk/views.js").Part} Part */

/** @param {import("pages/desk/work-place.js").Bench} bench @param {(change: Partial<Result>) => void} change */
export function visitPlan({ desk, work }, change) {
  const takes = h("div");
  const lacking = h("div");
  const start = field({ t: "desk.visit.from", name: "window", type: "datetime-local" });
  const hours = h("select", { class: "input" }, [1, 2, 3, 4].map((count) => h("option", { value: count, t: "desk.visit.hours", params: { count } })));
  const long = field({ t: "desk.visit.long", name: "hours", input: hours });
  const times = h("div", { class: "window", hidden: true }, start, long);
  const when = segmented({
    name: "when", label: "desk.visit.when", value: "soon", options: [{ value: "soon", t: "desk.visit.soon" }, { value: "agreed", t: "desk.visit.agreed" }],
    change: (value) => change({ window: value === "soon" ? null : { start: start.control.value || wallTime(nextHour(), i18n.timezone), hours: Number(hours.value) } }),
  });
  const tell = () => change({ window: { start: start.control.value, hours: Number(hours.value) } });
  start.control.addEventListener("change", tell);
  hours.addEventListener("change", tell);
  const element = h("div", { class: "visit-plan stack", hidden: true }, lacking, takes, h("div", { class: "field" }, h("span", { class: "label", t: "desk.visit.when" }), when), times, h("p", { class: "small muted", t: "desk.visit.follows" }));
  let before = "";

  /** @param {Result} result */
  const kindOf = (result) => desk.catalogue?.faults.find((kind) => kind.code === result.fault) ?? null;

  /** @param {Result} result */
  const drawTakes = (result) => {
    const kind = kindOf(result);
    const now = JSON.stringify([kind, result.parts, i18n.language]);
    if (now === before) return;
    before = now;
    if (!kind) return takes.replaceChildren(h("p", { class: "small muted", t: "desk.visit.no_fault" }));
    const parts = result.parts ?? kind.parts;
    return takes.replaceChildren(
      h("p", null, h("span", { t: `common.skill.${kind.skill}` }), " · ", h("span", { t: "desk.visit.level", params: { level: kind.level } }), " · ", h("span", { class: "number", text: duration(i18n, kind.minutes * 60) })),
      h("ul", { class: "parts" }, parts.map((part) => partLine(part, parts))),
      ...(parts.length ? [] : [h("p", { class: "small muted", t: "desk.visit.no_parts" })]),
    );
  };

  /** @param {Part} part @param {Part[]} parts */
  const partLine = (part, parts) => {
    const put = (/** @type {number} */ count) => change({ parts: parts.flatMap((one) => (one.code !== part.code ? [one] : count > 0 ? [{ ...one, count }] : [])) });
    return h("li", null, h("span", { class: "grow", t: `faults.part.${part.code}` }),
      button({ icon: "minus", size: "icon", kind: "quiet", label: "desk.visit.fewer", action: () => put(part.count - 1) }),
      h("b", { class: "number", text: `× ${i18n.number(part.count)}` }),
      button({ icon: "plus", size: "icon", kind: "quiet", label: "desk.visit.more", action: () => put(Math.min(99, part.count + 1)) }));
  };

  return {
    element,
    /** @param {Result} result */
    draw(result) {
      element.hidden = result.outcome !== "needs_visit";
      if (element.hidden) return;
      const somewhere = work.request?.place;
      lacking.replaceChildren(...(somewhere ? [] : [note({ t: "desk.visit.no_place", tone: "warn", icon: "pin" }, button({ t: "desk.visit.add_place", icon: "pin", action: () => editDetails(desk, work, "address") }))]));
      drawTakes(result);
      times.hidden = !result.window;
      if (result.window) {
        if (start.control.value !== result.window.start) start.control.value = result.window.start;
        hours.value = String(result.window.hours);
      }
      for (const input of when.querySelectorAll("input")) input.checked = input.value === (result.window ? "agreed" : "soon");
    },
    /** @param {Result} result what goes with the outcome */
    body({ window, parts }) {
      const from = window?.start ? atWallTime(window.start, i18n.timezone) : null;
      return {
        ...(from && window && { window: { start: from.toISOString(), end: new Date(from.getTime() + window.hours * 3_600_000).toISOString() } }),
        ...(parts && { parts }),
      };
    },
  };
}

function nextHour() {
  const at = new Date(Date.now() + 3_600_000);
  at.setMinutes(0, 0, 0);
  return at;
}
