// One's own weeks: when, breaks, times on call; overtime asked for; the calendar of the phone.

import { atWallTime } from "lib/time.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { sheet } from "parts/dialog.js";
import { failed, skeleton } from "parts/empty.js";
import { field } from "parts/field.js";
import { i18n } from "parts/words.js";

/** @typedef {import("parts/page.js").Page} Page */

/** @param {Page} page */
export async function ownShifts(page) {
  const body = h("div", { class: "stack" }, skeleton(5));
  const draw = async () => {
    try {
      body.replaceChildren(...shown(page, await page.api.get("/api/rep/shifts", { query: { days: 14 } }), draw));
    } catch (error) {
      body.replaceChildren(failed(error, draw));
    }
  };
  void draw();
  await sheet({ t: "rep.shifts", body: [body], actions: [{ value: "", t: "common.close" }] });
}

/** @param {Page} page @param {any} own @param {() => Promise<void>} again */
function shown(page, own, again) {
  const day = (/** @type {string} */ date) => new Intl.DateTimeFormat(i18n.locale, { weekday: "short", day: "numeric", month: "numeric", timeZone: "UTC" }).format(new Date(`${date}T12:00:00Z`));
  return [
    h("ul", { class: "rows" }, own.days.map((/** @type {any} */ each) => h("li", { class: "row" }, h("b", { class: "rep-day", text: day(each.day) }),
      h("span", { class: "grow" }, h("span", each.worked_min ? { text: `${i18n.time(each.starts_at)}–${i18n.time(each.ends_at)}` } : { class: "muted", t: "rep.shifts.off" }),
        each.worked_min > 0 && each.rest && h("small", { t: "rep.shifts.rest", params: { minutes: each.rest.minutes } }),
        each.on_call_from && h("small", { t: "rep.shifts.on_call", params: { from: i18n.time(each.on_call_from), until: i18n.time(each.on_call_until) } }))))),
    h("h3", { t: "rep.shifts.overtime" }), wishes(page, own, day, again), ask(page, own, day, again),
    h("h3", { t: "rep.shifts.calendar" }), h("p", { class: "small muted", t: "rep.shifts.calendar.lead" }), calendar(page)];
}

/** @param {Page} page @param {any} own @param {(day: string) => string} day @param {() => Promise<void>} again */
function wishes(page, own, day, again) {
  return h("ul", { class: "rows" }, own.overtime.map((/** @type {any} */ wish) => h("li", { class: "row" },
    h("span", { class: "grow" }, h("b", { text: `${day(wish.day)} – ${i18n.time(wish.until_at)}` }), h("small", { t: `rep.overtime.${wish.state}` })),
    wish.state === "asked" && wish.asked_by_rep && button({ t: "rep.shifts.overtime.withdraw", kind: "quiet", action: async () => {
      await page.api.post(`/api/rep/overtime/${wish.id}/withdrawal`, { version: wish.version });
      await again();
    } }))));
}

/** @param {Page} page @param {any} own @param {(day: string) => string} day @param {() => Promise<void>} again */
function ask(page, own, day, again) {
  const worked = own.days.filter((/** @type {any} */ each) => each.worked_min > 0);
  const which = field({ t: "rep.shifts.overtime.day", name: "day", input: h("select", { class: "input", name: "day" }, worked.map((/** @type {any} */ each) => h("option", { value: each.day, text: day(each.day) }))) });
  const until = field({ t: "rep.shifts.overtime.until", name: "until", type: "time", hint: "rep.shifts.overtime.hint" });
  return h("div", { class: "stack" }, which, until, button({ t: "rep.shifts.overtime.send", icon: "clock", action: async () => {
    const chosen = worked.find((/** @type {any} */ each) => each.day === which.control.value);
    if (!chosen || !until.control.value) return until.control.focus();
    let at = atWallTime(`${chosen.day}T${until.control.value}`, own.timezone);
    if (at.getTime() <= Date.parse(chosen.starts_at)) at = new Date(at.getTime() + 86_400_000);
    await page.api.post("/api/rep/overtime", { day: chosen.day, until: at.toISOString() });
    page.toast.show({ t: "rep.shifts.overtime.sent" });
    await again();
  } }));
}

/** @param {Page} page */
function calendar(page) {
  const text = h("input", { class: "input", readonly: true, hidden: true, label: "rep.shifts.calendar" });
  return h("div", { class: "stack" }, text, button({ t: "rep.shifts.calendar.make", icon: "link", action: async () => {
    text.value = (await page.api.post("/api/rep/calendar-link", {})).url;
    text.hidden = false;
    await navigator.clipboard.writeText(text.value).then(() => page.toast.show({ t: "rep.shifts.calendar.copied" }), () => text.select());
  } }));
}
