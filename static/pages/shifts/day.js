// One day of one person: changed by hand, as the pattern says again, or longer.

import { ApiError } from "lib/api.js";
import { atWallTime } from "lib/time.js";
import { h } from "parts/dom.js";
import { sheet } from "parts/dialog.js";
import { note } from "parts/chip.js";
import { field } from "parts/field.js";
import { i18n, nameOf, t } from "parts/words.js";
import { dutyForm } from "pages/shifts/form.js";
import { dayWords } from "pages/shifts/model.js";

/** @typedef {import("pages/shifts/model.js").Model} Model */

/** @param {Model} model @param {import("pages/shifts/model.js").RepWeek} rep @param {import("pages/shifts/model.js").Day} day */
export async function editDay(model, rep, day) {
  const form = dutyForm(day.duty);
  const until = field({ t: "shifts.overtime.until", name: "until", type: "time", hint: "shifts.overtime.hint" });
  const fault = h("div", { role: "alert" });
  const body = [h("p", { class: "muted", text: `${nameOf(rep)} · ${t(`shifts.source.${day.source}`)}` }), fault, form.element,
    ...(day.worked_min ? [h("details", null, h("summary", { t: "shifts.overtime.ask" }), until)] : [])];
  const title = dayWords(day.day, { weekday: "long", day: "numeric", month: "long" });
  const path = `/api/reps/${rep.rep_id}`;
  for (;;) {
    const answer = await sheet({ title, body, actions: [
      ...(day.exception_id ? [{ value: "drop", t: "shifts.as_pattern", icon: "undo" }] : []),
      { value: "save", t: "common.save", kind: "primary", icon: "check" }] });
    if (!answer) return;
    try {
      if (answer === "drop") await model.page.api.delete(`${path}/shift-exceptions/${day.exception_id}`, { query: { version: day.version } });
      else if (until.control.value) await longer(model, path, day, until.control.value);
      else await model.page.api.post(`${path}/shift-exceptions`, { day: day.day, duty: form.read(), ...(day.version && { version: day.version }) });
      model.page.toast.show({ t: "shifts.saved" });
      return await model.load();
    } catch (error) {
      if (!(error instanceof ApiError) || error.passing) throw error;
      fault.replaceChildren(note({ text: [i18n.error(error), ...faults(error)].join(" "), icon: "alert", tone: "bad" }));
    }
  }
}

/** Ask for overtime and grant it: whoever plans the day decides. @param {Model} model @param {string} path @param {import("pages/shifts/model.js").Day} day @param {string} until */
async function longer(model, path, day, until) {
  const zone = model.data?.timezone ?? "";
  let at = atWallTime(`${day.day}T${until}`, zone);
  if (at.getTime() <= Date.parse(day.starts_at)) at = new Date(at.getTime() + 86_400_000);
  const wish = await model.page.api.post(`${path}/overtime`, { day: day.day, until: at.toISOString() });
  await model.page.api.post(`/api/overtime/${wish.id}/grant`, { version: wish.version });
}

/** @param {ApiError} error */
export function faults(error) {
  return error.faults.map((/** @type {{code: string, params?: Record<string, unknown>, where?: string}} */ each) => t(`reasons.${each.code}`, each.params));
}
