// What is kept of where this person was: all of it, as the server has it, and for how long.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { sheet } from "parts/dialog.js";
import { failed, skeleton } from "parts/empty.js";
import { i18n, t } from "parts/words.js";

/** @typedef {{at: string, lon: number, lat: number, accuracy_m: number | null}} Fix */
/** @typedef {{hours: number, last: Fix | null, fixes: Fix[], more: string | null}} Kept */

/** @param {import("parts/page.js").Page} page */
export function keptPositions(page) {
  const body = h("div", { class: "stack" }, skeleton(3));
  const rows = h("tbody");
  /** @param {string} [before] */
  const read = async (before) => {
    try {
      const kept = await page.api.get("/api/rep/positions", { query: before ? { before } : {} });
      show(kept, before !== undefined);
    } catch (error) {
      body.replaceChildren(failed(error, () => void read(before)));
    }
  };
  /** @param {Kept} kept @param {boolean} further */
  const show = (kept, further) => {
    if (!further) rows.replaceChildren();
    rows.append(...kept.fixes.map(row));
    const count = rows.childElementCount;
    const promise = kept.hours ? h("p", { t: "rep.kept.hours", params: { count: kept.hours } }) : h("p", { t: "rep.kept.last_only" });
    body.replaceChildren(...[
      promise,
      kept.last ? h("dl", { class: "rep-kept-last" }, h("dt", { t: "rep.kept.last" }), h("dd", {}, moment(kept.last), " · ", place(kept.last)))
        : h("p", { class: "muted", t: "rep.kept.nothing" }),
      count ? h("table", { class: "rep-kept" },
        h("caption", { class: "small muted", t: "rep.kept.count", params: { count } }),
        h("thead", {}, h("tr", {}, h("th", { scope: "col", t: "rep.kept.when" }), h("th", { scope: "col", t: "rep.kept.where" }))), rows) : null,
      kept.more ? button({ t: "rep.kept.more", action: () => read(kept.more ?? undefined) }) : null,
      h("p", { class: "small muted", t: "rep.kept.who" }),
    ].filter((part) => part !== null));
  };
  void read();
  return sheet({ t: "rep.kept.title", body: [body], actions: [] });
}

/** @param {Fix} fix */
function row(fix) {
  return h("tr", {}, h("td", {}, moment(fix)), h("td", {}, place(fix)));
}

/** @param {Fix} fix */
function moment({ at }) {
  return i18n.time(new Date(at), { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

/** @param {Fix} fix */
function place({ lat, lon, accuracy_m: radius }) {
  const degrees = `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
  return radius === null ? degrees : t("rep.kept.within", { place: degrees, metres: Math.round(radius) });
}
