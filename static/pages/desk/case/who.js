// Who asks: name, telephone number to ring, for whom, where. Always in sight.

import { spaced } from "lib/phone.js";
import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";
import { t } from "parts/words.js";
import { AnnouncedHere, announcedNote } from "parts/announced.js";
import { editDetails } from "pages/desk/case/edit.js";

/** @param {import("pages/desk/work-place.js").Bench} bench */
export function who({ desk, work, signal }) {
  const body = h("dl", { class: "facts" });
  const announced = new AnnouncedHere(desk.page, { draw: (told) => told.map((each) => announcedNote(each)) });
  signal.addEventListener("abort", () => announced.stop());
  const edit = button({ icon: "pen", kind: "quiet", t: "desk.edit", class: "button small-button", action: () => editDetails(desk, work) });
  const element = h("section", { class: "who-card", "aria-labelledby": "who-title" }, h("div", { class: "split" }, h("h2", { id: "who-title", t: "desk.who" }), edit), body, announced.element);
  let before = "";

  const draw = () => {
    const { request } = work;
    if (!request) return;
    const { lon = null, lat = null } = request.place ?? {};
    announced.at(lon === null || lat === null ? null : { lon, lat });
    edit.hidden = ["closed", "withdrawn"].includes(request.state);
    const now = JSON.stringify([request.contact, request.place, request.asker, request.building, request.equipment, document.documentElement.lang]);
    if (now === before) return;
    before = now;
    const { contact, place } = request;
    const point = place?.lon !== null && place?.lat !== null && place ? `${place.lat}, ${place.lon}` : "";
    body.replaceChildren(
      fact("person", "desk.who.name", h("b", { text: contact.name || t("desk.unknown") }), h("small", { t: `common.asker.${request.asker}` })),
      fact("phone", "desk.who.phone", contact.phone ? h("a", { class: "number", href: `tel:${contact.phone}`, text: spaced(contact.phone) }) : h("span", { class: "muted", t: "desk.unknown" })),
      fact("pin", "desk.who.place", h("span", { text: place?.address || (point ? t("desk.place.point") : t("desk.place.unknown")) })),
      ...(request.asker === "manager" ? [fact("building", "desk.who.building", h("span", { text: [request.building, request.equipment].filter(Boolean).join(" · ") || t("desk.unknown") }))] : []),
    );
  };
  return { element, draw };
}

/** @param {string} name @param {string} label @param {...Node} values */
function fact(name, label, ...values) {
  return h("div", null, h("dt", { title: label }, icon(name), h("span", { class: "visually-hidden", t: label })), h("dd", null, values));
}
