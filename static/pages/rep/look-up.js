// A place looked up by its address, its meter or a name: within one's own station, with a network only, and written down.

import { ApiError } from "lib/api.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { sheet } from "parts/dialog.js";
import { field, segmented } from "parts/field.js";
import { icon } from "parts/icon.js";
import { i18n, t } from "parts/words.js";
import { historyOf } from "pages/rep/history-card.js";

/** @typedef {{task_id: string, address: string, zone: string, last_at: string, visits: number}} Found */

/** @param {import("parts/page.js").Page} page */
export async function lookUp(page) {
  let by = "address";
  const words = field({ t: "rep.look_up.words", name: "words", type: "search", maxlength: 80, autocomplete: "off" });
  const found = h("div", { class: "stack", "aria-live": "polite" });
  const say = (/** @type {unknown} */ error) => {
    if (!(error instanceof ApiError)) throw error;
    found.replaceChildren(note({ t: error.passing ? "rep.look_up.offline" : `errors.${error.code}`, params: error.params, icon: error.passing ? "offline" : "alert", tone: "warn" }));
  };
  const find = async () => {
    const typed = words.control.value.trim();
    words.fault(typed.length < 2 ? "rep.look_up.short" : null);
    if (typed.length < 2) return;
    try {
      show(await page.api.post("/api/rep/place-look-ups", { by, words: typed }));
    } catch (error) {
      say(error);
    }
  };
  const show = (/** @type {{places: Found[], more: boolean, since: string | null}} */ { places, more, since }) => found.replaceChildren(
    ...(places.length ? [h("ul", { class: "rows" }, places.map((each) => h("li", null, h("button", { class: "row rep-choice", type: "button", on: { click: () => void open(each) } },
      h("span", { class: "stack grow", style: null }, h("b", { text: each.address || t("rep.no_address") }), h("span", { class: "small muted", text: `${each.zone} · ${i18n.date(each.last_at)} · ${t("rep.look_up.visits", { count: each.visits })}` })), icon("next")))))]
      : [h("p", { class: "muted", t: "rep.look_up.nothing" })]),
    ...(more ? [h("p", { class: "small muted", t: "rep.look_up.more" })] : []),
    ...(since ? [h("p", { class: "small muted", t: "rep.look_up.since", params: { date: i18n.date(since) } })] : []));
  const open = async (/** @type {Found} */ each) => {
    try {
      const seen = await page.api.post(`/api/rep/place-look-ups/${each.task_id}`);
      found.replaceChildren(h("h3", { text: each.address || t("rep.no_address") }), ...historyOf(seen, page));
    } catch (error) {
      say(error);
    }
  };
  words.control.addEventListener("keydown", (event) => {
    if (event.key === "Enter") void find();
  });
  await sheet({ t: "rep.look_up", body: [
    h("p", { class: "small muted", t: "rep.look_up.lead" }),
    segmented({ name: "by", label: "rep.look_up.by", value: by, options: ["address", "meter", "name"].map((value) => ({ value, t: `rep.look_up.by.${value}` })), change: (value) => (by = value) }),
    words, button({ t: "rep.look_up.find", icon: "search", kind: "primary", action: find }), found], actions: [] });
}
