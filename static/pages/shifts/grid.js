// People by days. One tab stop; arrows move, Enter opens, Page Up and Down change the week.

import { attempt } from "parts/button.js";
import { h } from "parts/dom.js";
import { nothing } from "parts/empty.js";
import { icon } from "parts/icon.js";
import { i18n, nameOf, t } from "parts/words.js";
import { editDay } from "pages/shifts/day.js";
import { dayWords, spanWords } from "pages/shifts/model.js";
import { patterns } from "pages/shifts/pattern.js";

/** @typedef {import("pages/shifts/model.js").Model} Model */
/** @typedef {import("pages/shifts/model.js").RepWeek} RepWeek */
/** @typedef {import("pages/shifts/model.js").Day} Day */

/** @param {Model} model */
export function grid(model) {
  const { data } = model;
  if (!data?.reps.length) return nothing({ t: "shifts.empty", more: "shifts.empty.more", icon: "person" });
  const free = new Map(data.holidays.map(({ day, name }) => [day, name]));
  const days = data.reps[0]?.days ?? [];
  const table = h("table", { class: "shifts-grid", role: "grid", label: "shifts.grid", on: { keydown: (/** @type {KeyboardEvent} */ event) => move(model, table, event) } },
    h("thead", null, h("tr", null, h("th", { scope: "col", t: "shifts.who" }),
      days.map(({ day }) => h("th", { scope: "col", data: { today: day === data.today } }, h("span", { text: dayWords(day) }), free.has(day) && h("small", { text: free.get(day) }))))),
    h("tbody", null, data.reps.map((rep, row) => line(model, rep, row, data.reps[row - 1]?.station !== rep.station))));
  return h("div", { class: "shifts-scroll", tabindex: null }, table, data.truncated && h("p", { class: "muted", t: "shifts.truncated" }));
}

/** @param {Model} model @param {RepWeek} rep @param {number} row @param {boolean} first of its station */
function line(model, rep, row, first) {
  return h("tr", { data: { first } },
    h("th", { scope: "row" },
      h("button", { type: "button", class: "shifts-rep", on: { click: (/** @type {Event} */ event) => attempt(event.currentTarget, () => patterns(model, rep)) } },
        h("b", { text: nameOf(rep) }), h("small", { text: `${rep.code} · ${rep.station}` }))),
    rep.days.map((day, column) => h("td", null, cell(model, rep, day, rep.stops[column] ?? 0, `${row}:${column}`))));
}

/** @param {Model} model @param {RepWeek} rep @param {Day} day @param {number} stops @param {string} place */
function cell(model, rep, day, stops, place) {
  const works = day.worked_min > 0;
  const words = works ? spanWords(day.duty) : t(`shifts.off.${day.source}`);
  const past = day.day < (model.data?.today ?? "");
  const marks = [
    day.rest && works && mark("clock", "shifts.mark.rest", { minutes: day.rest.minutes }),
    day.overtime_until && works && mark("plus", "shifts.mark.overtime", { until: i18n.time(day.overtime_until) }),
    day.duty.on_call && mark("phone", "shifts.mark.on_call", { from: day.duty.on_call.start, until: day.duty.on_call.end }),
    stops > 0 && mark("list", "shifts.mark.stops", { count: stops }),
  ];
  return h("button", {
    type: "button", class: "shifts-cell", tabindex: "-1", disabled: past,
    data: { cell: place, source: day.source, works, tone: stops > 0 && !works ? "bad" : null },
    on: { click: (/** @type {Event} */ event) => open(model, rep, day, place, event.currentTarget), focus: () => Object.assign(model, { cell: place, held: true }), blur: () => Object.assign(model, { held: false }) },
  }, h("span", { class: "visually-hidden", text: `${nameOf(rep)}, ${dayWords(day.day)}: ` }), h("b", { text: words }),
  day.source === "exception" && h("small", { t: "shifts.changed" }), h("span", { class: "shifts-marks" }, marks));
}

/** @param {string} name @param {string} key @param {object} params */
function mark(name, key, params) {
  return h("small", null, icon(name), h("span", { t: key, params }));
}

/** @param {Model} model @param {RepWeek} rep @param {Day} day @param {string} place @param {EventTarget | null} from */
function open(model, rep, day, place, from) {
  Object.assign(model, { cell: place, held: true });
  return attempt(from, () => editDay(model, rep, day));
}

/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** @param {Model} model @param {HTMLElement} table @param {KeyboardEvent} event */
function move(model, table, event) {
  if (event.key === "PageUp" || event.key === "PageDown") {
    event.preventDefault();
    return void model.step(event.key === "PageUp" ? -7 : 7);
  }
  const step = STEPS[event.key];
  const at = document.activeElement;
  if (!step || !(at instanceof HTMLElement) || !at.dataset["cell"]) return;
  event.preventDefault();
  let [row, column] = at.dataset["cell"].split(":").map(Number);
  for (;;) {
    row = (row ?? 0) + step[0];
    column = (column ?? 0) + step[1];
    const next = table.querySelector(`[data-cell="${row}:${column}"]`);
    if (!(next instanceof HTMLButtonElement)) return;
    if (next.disabled) continue;
    at.tabIndex = -1;
    next.tabIndex = 0;
    return next.focus();
  }
}
