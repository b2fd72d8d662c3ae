// How long ways take at which hour: three kinds of day, twenty-four hours each, in per cent of the time on an empty road.
// Everybody may read it, a supervisor edits it.

import { ApiError } from "lib/api.js";
import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { sheet } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { failed, skeleton } from "parts/empty.js";
import { i18n, t } from "parts/words.js";
import { faultsOf } from "pages/console/contractors.js";

/** @typedef {import("pages/console/board.js").Board} Board */
/** @typedef {Record<string, number[]>} Factors in permille, by kind of day */
/** @typedef {{ways: number, factor: number | null}} Hour what was driven in it */
/** @typedef {{since: string | null, until: string | null, ways: number, days: Record<string, Hour[]>}} Learnt */
/** @typedef {{number: number, factors: Factors, still_s: number, set_at: string | null, learnt: Learnt}} Profile */

const KINDS = ["working_day", "saturday", "sunday"];
const EMPTY = 1000;
const LEAST = 50;
const MOST = 300;

/** Whether the fold is open: what is around it is drawn anew in another language. */
let opened = false;
/** Where it stands now: a dialog may outlive what was around its button. @type {HTMLElement | null} */
let standing = null;

/** @param {Board} board */
export function traffic(board) {
  const body = h("div", { class: "stack" });
  standing = body;
  const fold = h("details", { class: "console-fold console-traffic", open: opened, on: { toggle: () => {
    opened = fold.open;
    if (opened) void read(board, body);
  } } }, h("summary", null, h("span", { t: "console.traffic" })), body);
  return fold;
}

/** @param {Board} board @param {HTMLElement} body */
async function read(board, body) {
  body.replaceChildren(skeleton(3));
  try {
    /** @type {Profile} */
    const profile = await board.page.api.get("/api/travel-profile");
    const edits = board.roles.some((role) => role === "supervisor" || role === "admin");
    const again = () => read(board, standing ?? body);
    body.replaceChildren(
      h("p", { class: "small muted", t: "console.traffic.lead", params: { minutes: Math.round(profile.still_s / 60) } }),
      ...KINDS.map((kind) => day(kind, profile, edits && (() => edit(kind, board, profile, again)))),
      h("p", { class: "small muted", ...(profile.set_at ? { t: "console.traffic.set", params: { when: `${i18n.date(profile.set_at)} ${i18n.time(profile.set_at)}` } } : { t: "console.traffic.unset" }) }));
  } catch (error) {
    body.replaceChildren(failed(error, () => read(board, body)));
  }
}

/** A kind of day: its hours as bars, the slowest of them in words. @param {string} kind @param {Profile} profile @param {false | (() => unknown)} change */
function day(kind, { factors, learnt }, change) {
  const hours = factors[kind] ?? [];
  const driven = learnt.days[kind] ?? [];
  return h("section", { class: "stack", data: { kind } },
    h("div", { class: "cluster" }, h("h3", { t: `console.traffic.kind.${kind}` }),
      change && button({ t: "console.traffic.edit", icon: "pen", kind: "quiet", action: change })),
    h("div", { class: "console-hours", "aria-hidden": "true" }, hours.map((permille, hour) => bar(permille, hour, driven[hour]))),
    h("div", { class: "console-hours-axis small muted", "aria-hidden": "true" }, [0, 6, 12, 18, 24].map((hour) => h("span", { text: clock(hour) }))),
    h("p", { class: "small", text: slowest(hours) }),
    said(driven) && h("p", { class: "small muted", text: said(driven) }));
}

/** What was driven on such days, in words. @param {Hour[]} hours */
function said(hours) {
  const known = hours.flatMap(({ factor }, hour) => (factor === null ? [] : [{ factor, hour }]));
  if (!known.length) return "";
  const most = known.reduce((best, each) => (each.factor > best.factor ? each : best));
  return t("console.traffic.driven", { ways: hours.reduce((sum, { ways }) => sum + ways, 0), from: clock(most.hour), until: clock(most.hour + 1), percent: percent(most.factor) });
}

/** What is set as a bar, what was driven as a line across it. @param {number} permille @param {number} hour @param {Hour | undefined} driven */
function bar(permille, hour, driven) {
  const filled = h("i", { data: { slow: permille > EMPTY ? "yes" : null } });
  filled.style.blockSize = high(permille);
  const line = driven?.factor ? h("b") : null;
  if (driven?.factor && line) line.style.insetBlockEnd = high(driven.factor);
  const told = driven?.factor ? ` · ${t("console.traffic.driven.short", { percent: percent(driven.factor) })}` : "";
  return h("span", { title: `${clock(hour)} · ${percent(permille)}${told}` }, filled, line);
}

/** @param {number} permille */
const high = (permille) => `${(permille / EMPTY / MOST) * 10_000}%`;

/** The hours that are slowest, in words. @param {number[]} hours */
function slowest(hours) {
  const most = Math.max(...hours);
  if (most === Math.min(...hours)) return t("console.traffic.even", { percent: percent(most) });
  const from = hours.indexOf(most);
  let until = from;
  while (hours[until] === most) until += 1;
  return t("console.traffic.slowest", { from: clock(from), until: clock(until), percent: percent(most) });
}

/** @param {number} hour */
const clock = (hour) => `${String(hour).padStart(2, "0")}:00`;

/** @param {number} permille */
const percent = (permille) => i18n.number(permille / EMPTY, { style: "percent", maximumFractionDigits: 1 });

/** @param {string} kind @param {Board} board @param {Profile} profile @param {() => unknown} again */
async function edit(kind, board, profile, again) {
  const inputs = (profile.factors[kind] ?? []).map((permille, hour) => h("input", {
    class: "input", type: "number", name: `hour-${hour}`, inputmode: "numeric", min: LEAST, max: MOST, step: "any", value: String(permille / 10),
    "aria-describedby": "traffic-range",
  }));
  const all = h("input", { type: "checkbox", name: "all" });
  const driven = profile.learnt.days[kind] ?? [];
  const take = driven.some(({ factor }) => factor !== null) && button({ t: "console.traffic.take", icon: "car", action: () => {
    for (const [hour, { factor }] of driven.entries()) if (factor !== null) /** @type {HTMLInputElement} */ (inputs[hour]).value = String(factor / 10);
  } });
  const trouble = h("div", { role: "alert", class: "stack" });
  const body = [
    h("p", { class: "small muted", id: "traffic-range", t: "console.traffic.range", params: { least: LEAST, most: MOST } }), ...(take ? [take] : []),
    h("div", { class: "console-hours-fields" }, inputs.map((input, hour) => h("label", null, h("span", { text: clock(hour) }), input))),
    h("div", { class: "console-ticks" }, h("label", null, all, h("span", { t: "console.traffic.all" }))), trouble];
  for (;;) {
    const answer = await sheet({ t: `console.traffic.kind.${kind}`, body, actions: [{ value: "save", t: "common.save", kind: "primary" }] });
    if (answer !== "save") return;
    trouble.replaceChildren();
    for (const input of inputs) input.setAttribute("aria-invalid", String(!within(input.value)));
    if (!inputs.every((input) => within(input.value))) {
      trouble.replaceChildren(note({ t: "console.traffic.range", params: { least: LEAST, most: MOST }, icon: "alert", tone: "bad" }));
      continue;
    }
    const hours = inputs.map((input) => Math.round(Number(input.value) * 10));
    const factors = Object.fromEntries(KINDS.map((each) => [each, all.checked || each === kind ? hours : profile.factors[each]]));
    try {
      await board.page.api.put("/api/travel-profile", { number: profile.number, factors });
      board.page.toast.show({ t: "console.traffic.saved" });
      await again();
      return;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // Somebody was quicker: what was typed stands, and is saved over theirs, which the other days keep, if it is pressed again.
      if (error.status === 409) profile = await board.page.api.get("/api/travel-profile");
      trouble.replaceChildren(...faultsOf(error).map((text) => note({ text, icon: "alert", tone: "bad" })));
    }
  }
}

/** @param {string} typed */
function within(typed) {
  const value = Number(typed);
  return typed.trim() !== "" && value >= LEAST && value <= MOST;
}
