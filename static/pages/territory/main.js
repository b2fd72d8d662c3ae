// Who answers for which zone: alternatives side by side, drawn; a zone given to somebody else with the figures moving
// along; published from a day on.

import { attempt, button } from "parts/button.js";
import { h } from "parts/dom.js";
import { failed, skeleton } from "parts/empty.js";
import { icon } from "parts/icon.js";
import { startPage } from "parts/page.js";
import { leaveWhenSignedOut, requireStaff } from "parts/session.js";
import { localise } from "parts/words.js";
import { askWhich } from "pages/territory/ask.js";
import { Choices } from "pages/territory/choices.js";
import { listenToKeys } from "pages/territory/keys.js";
import { MapView } from "pages/territory/map-view.js";
import { Model } from "pages/territory/model.js";
import { People } from "pages/territory/people.js";
import { settings } from "pages/territory/settings.js";
import { ZoneView } from "pages/territory/zone-view.js";

const page = await startPage();
page.main.append(h("div", { class: "territory-boot" }, skeleton(5)));
const me = await requireStaff(page).catch((error) => {
  page.main.replaceChildren(failed(error, () => location.reload()));
  return null;
});
if (me) await start(me);

/** @param {import("parts/session.js").Me} person */
async function start(person) {
  leaveWhenSignedOut(page);
  const model = new Model(page);
  model.addEventListener("change", () => rooms.toggleAttribute("data-bare", !model.proposal)); // nobody to be listed yet
  const map = new MapView(model);
  const zone = new ZoneView(model);
  const rooms = h("div", { class: "territory", "data-bare": "" },
    h("section", { class: "territory-choices", label: "territory.alternatives" }, new Choices(model).element),
    h("section", { class: "territory-map-place", label: "territory.map" }, map.element),
    h("section", { class: "territory-detail", label: "territory.people" }, zone.element, new People(model).element));
  page.main.replaceChildren(
    h("header", { class: "territory-head" },
      h("a", { class: "button", href: "/console", data: { kind: "quiet", size: "icon" }, label: "territory.back" }, icon("back")),
      h("h1", { t: "territory.heading" }),
      h("div", { class: "cluster" },
        button({ t: "territory.ask", icon: "again", kind: "primary", action: (event) => attempt(event.currentTarget, () => askWhich(model)) }),
        button({ icon: "person", size: "icon", kind: "quiet", label: "common.settings", action: () => settings(page, model, person) }))),
    rooms);
  listenToKeys(model, zone);
  addEventListener("language", () => {
    localise(page.main);
    model.tell();
  });
  new MutationObserver(() => model.tell()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  map.show();
  await model.start();
}
