// To write down what the next one at this door has to know. Kept on the phone first, like everything else.

import { KINDS, MOST_TEXT } from "lib/site-notes.js";
import { uuid7 } from "lib/ids.js";
import { h } from "parts/dom.js";
import { sheet } from "parts/dialog.js";
import { field } from "parts/field.js";
import { icon } from "parts/icon.js";
import { TapSpot } from "pages/rep/tap-spot.js";

/** @typedef {import("pages/rep/overlay.js").Task} Task */

const ICONS = /** @type {Record<string, string>} */ ({ danger: "alert", dog: "hand", gate: "shield", access: "navigate", meter: "meter", stop_tap: "drop" });

/** @param {Task} task @param {import("pages/rep/sites.js").Sites} sites @param {import("parts/page.js").Page} page */
export async function writeNote(task, sites, page) {
  const kind = /** @type {import("lib/site-notes.js").NoteKind | null} */ (await sheet({ t: "rep.site.add.title", body: [h("div", { class: "rows" }, KINDS.map((each) =>
    h("button", { class: "row rep-choice", type: "button", on: { click: (event) => event.currentTarget.closest("dialog").close(each) } }, icon(ICONS[each] ?? "info"), h("span", { class: "grow", t: `rep.site.kind.${each}` }), icon("next"))))], actions: [] }));
  if (!kind) return;
  const text = field({ t: `rep.site.text.${kind}`, name: "text", type: "textarea", rows: 3, maxlength: MOST_TEXT, hint: "rep.site.text.hint" });
  const code = field({ t: "rep.site.gate_code", name: "code", maxlength: 40, autocomplete: "off", hint: "rep.site.gate_code.hint" });
  const spot = kind === "stop_tap" || kind === "meter" ? new TapSpot(task, sites.work, page) : null;
  const body = [kind === "gate" ? code : null, text, spot?.element ?? null].filter((part) => part !== null);
  for (;;) {
    const answer = await sheet({ t: `rep.site.kind.${kind}`, body: [h("div", { class: "stack" }, body)], actions: [{ value: "keep", t: "rep.site.keep", kind: "primary", icon: "check" }] });
    if (answer !== "keep") return spot?.drop();
    const said = { id: uuid7(), kind, text: text.control.value.trim(), ...(kind === "gate" && { gate_code: code.control.value.trim() }), ...spot?.said() };
    if (said.text || ("gate_code" in said && said.gate_code) || "lon" in said || "photo" in said) {
      spot?.leave();
      await sites.say("site_note", task.id, { site: said, ...("photo" in said && { proofs: [said.photo] }) });
      page.toast.show({ t: "rep.site.did.kept" });
      return;
    }
    text.fault("rep.site.missing");
  }
}
