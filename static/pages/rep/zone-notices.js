// What changes in the representative's zones from a day on, and what is covered for somebody today.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { i18n } from "parts/words.js";

/** @typedef {{id: string, begins_on: string, gained: string[], lost: string[], withdrawn: boolean}} Notice */

/** @param {import("pages/rep/work.js").Work} work @returns {HTMLElement[]} */
export function zoneNotices(work) {
  const { owner_notices: notices = [], covers = [] } = work.heard ?? {};
  return [
    ...notices.map((each) => card(each, work)),
    ...(covers.length ? [h("p", { class: "note", t: "rep.covers", params: { zones: i18n.list(covers) } })] : []),
  ];
}

/** @param {Notice} notice @param {import("pages/rep/work.js").Work} work */
function card(notice, work) {
  const day = i18n.date(`${notice.begins_on}T12:00`);
  const lines = notice.withdrawn
    ? [h("p", { t: "rep.zones.withdrawn", params: { day } })]
    : [notice.gained.length > 0 && h("p", { t: "rep.zones.gained", params: { zones: i18n.list(notice.gained) } }),
      notice.lost.length > 0 && h("p", { t: "rep.zones.lost", params: { zones: i18n.list(notice.lost) } })];
  return h("article", { class: "card rep-told" },
    h("h3", { t: notice.withdrawn ? "rep.push.zones_stay.title" : "rep.zones.title", params: { day } }), lines,
    button({ t: "rep.zones.read", kind: "quiet", action: async () => {
      await work.page.api.post(`/api/rep/owner-notices/${notice.id}/reading`, {});
      await work.refresh();
    } }));
}
