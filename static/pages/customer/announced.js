// What is known where the customer is, above every screen: before there is a request all that is announced now, in a
// line each; from the moment that the place is known, what holds there, at once. The road to a technician goes on below.

import { h } from "parts/dom.js";
import { AnnouncedHere, announcedLine, announcedNote } from "parts/announced.js";
import { note } from "parts/chip.js";
import { i18n } from "parts/words.js";
import { currentPosition } from "pages/customer/position.js";

/** @typedef {import("parts/announced.js").Told} Told */

const SHOWN = 2;

/** @param {import("pages/customer/case.js").Case} model @param {import("parts/page.js").Page} page */
export function announced(model, page) {
  /** @type {Told[]} */
  let current = [];
  let asked = false;
  const here = new AnnouncedHere(page, { draw: (told) => [
    ...told.map((each) => announcedNote(each)),
    h("p", { class: "small muted", t: "announcements.else" }),
  ] });
  const list = h("section", { class: "announced-list stack", label: "common.announced.now", hidden: true });
  const element = h("div", { class: "screen announced-customer", hidden: true }, here.element, list);

  const show = () => {
    list.hidden = Boolean(model.request) || here.told.length > 0 || !current.length;
    if (list.hidden) list.replaceChildren();
    else {
      list.replaceChildren(
        note({ icon: "drop", tone: "brand" },
          h("p", null, h("b", { t: "announcements.current", params: { count: current.length } })),
          h("ul", { class: "stack" }, current.slice(0, SHOWN).map((each) => h("li", null, announcedLine(each)))),
          h("p", null, h("a", { href: "/announcements", t: "announcements.all" }))));
    }
    element.hidden = list.hidden && here.element.hidden;
  };
  new MutationObserver(show).observe(here.element, { attributes: true, attributeFilter: ["hidden"] });

  /** Before there is a request: what is announced anywhere, and where this phone is, if it may be asked without a question. */
  const look = async () => {
    asked = true;
    const read = await page.api.get("/api/announcements/current", { tries: 1 });
    current = read.announcements;
    if (!current.length) return;
    await i18n.add("announcements");
    show();
    const allowed = await navigator.permissions?.query({ name: "geolocation" }).catch(() => null);
    if (allowed?.state === "granted" && !model.request) here.at(await currentPosition(), false);
  };

  const update = () => {
    const { request } = model;
    const place = request?.place;
    if (request) here.at(place?.lon != null && place.lat != null && !["closed", "withdrawn"].includes(request.state) ? { lon: place.lon, lat: place.lat } : null);
    else if (!asked && !model.fault && model.token === null) void look().catch(() => {}); // the page is there all the same
    show();
  };
  model.addEventListener("change", update);
  addEventListener("language", show);
  return { element, update };
}
