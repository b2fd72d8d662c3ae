// A duty as a form: hours, break, on call, where the day begins and ends.

import { h } from "parts/dom.js";
import { field } from "parts/field.js";

/** @typedef {import("pages/shifts/model.js").Duty} Duty */

/** @param {Duty} duty @returns {{element: HTMLElement, read: () => Duty}} */
export function dutyForm(duty) {
  const works = h("input", { type: "checkbox", checked: duty.spans.length > 0 });
  const onCall = h("input", { type: "checkbox", checked: Boolean(duty.on_call) });
  const resting = h("input", { type: "checkbox", checked: Boolean(duty.rest) });
  const [first, second] = duty.spans;
  const from = clock("shifts.from", first?.start ?? "08:00"), until = clock("shifts.until", first?.end ?? "17:00");
  const from2 = clock("shifts.from2", second?.start ?? "", true), until2 = clock("shifts.until2", second?.end ?? "", true);
  const earliest = clock("shifts.rest.from", duty.rest?.earliest ?? "11:30"), latest = clock("shifts.rest.until", duty.rest?.latest ?? "13:00");
  const minutes = field({ t: "shifts.rest.minutes", name: "minutes", type: "number", min: "5", max: "240", value: String(duty.rest?.minutes ?? 30), inputmode: "numeric" });
  const callFrom = clock("shifts.call.from", duty.on_call?.start ?? "17:00"), callUntil = clock("shifts.call.until", duty.on_call?.end ?? "08:00");
  const begins = place("shifts.begins", "begins", duty.begins, ["home", "station"]);
  const ends = place("shifts.ends", "ends", duty.ends, ["home", "station", "anywhere"]);
  const hours = h("div", { class: "stack" }, pair(from, until),
    h("details", { open: Boolean(second) }, h("summary", { t: "shifts.split" }), pair(from2, until2)),
    tick(resting, "shifts.rest"), h("div", { class: "stack shifts-part" }, pair(earliest, latest), minutes), pair(begins, ends));
  const call = h("div", { class: "stack shifts-part" }, pair(callFrom, callUntil));
  const update = () => {
    hours.hidden = !works.checked;
    call.hidden = !onCall.checked;
    /** @type {HTMLElement} */ (hours.querySelector(".shifts-part")).hidden = !resting.checked;
  };
  for (const each of [works, onCall, resting]) each.addEventListener("change", update);
  update();
  const element = h("div", { class: "stack shifts-form" }, tick(works, "shifts.works"), hours, tick(onCall, "shifts.call"), call);
  const read = () => {
    const spans = [{ start: from.control.value, end: until.control.value }];
    if (from2.control.value && until2.control.value) spans.push({ start: from2.control.value, end: until2.control.value });
    return {
      spans: works.checked ? spans : [],
      rest: works.checked && resting.checked ? { earliest: earliest.control.value, latest: latest.control.value, minutes: Number(minutes.control.value) } : null,
      on_call: onCall.checked ? { start: callFrom.control.value, end: callUntil.control.value } : null,
      begins: chosen(begins, duty.begins), ends: chosen(ends, duty.ends),
    };
  };
  return { element, read };
}

/** @param {string} t @param {string} value @param {boolean} [optional] */
function clock(t, value, optional = false) {
  return field({ t, name: t, type: "time", value: value === "24:00" ? "00:00" : value, required: !optional });
}

/** @param {HTMLElement} one @param {HTMLElement} other */
function pair(one, other) {
  return h("div", { class: "shifts-pair" }, one, other);
}

/** @param {HTMLElement} input @param {string} key */
function tick(input, key) {
  return h("label", { class: "shifts-tick" }, input, h("b", { t: key }));
}

/** @param {string} t @param {string} name @param {import("pages/shifts/model.js").Place} value @param {string[]} known */
function place(t, name, value, known) {
  const own = typeof value === "string" ? [] : ["point"];
  const input = h("select", { class: "input", name }, [...known, ...own].map((each) =>
    h("option", { value: each, t: `shifts.place.${each}`, selected: each === (typeof value === "string" ? value : "point") })));
  return field({ t, name, input });
}

/** @param {{control: HTMLInputElement}} from @param {import("pages/shifts/model.js").Place} was @returns {any} */
function chosen(from, was) {
  return from.control.value === "point" ? was : from.control.value;
}
