// The weeks ahead: what each day can still bear by station or zone, and the work that comes again.

import { attempt, button } from "parts/button.js";
import { h } from "parts/dom.js";
import { skeleton, failed } from "parts/empty.js";
import { sheet } from "parts/dialog.js";
import { icon } from "parts/icon.js";
import { startPage } from "parts/page.js";
import { leaveWhenSignedOut, requireStaff, signOut } from "parts/session.js";
import "parts/switches.js";
import { localise, naming } from "parts/words.js";
import { Capacity } from "pages/ahead/capacity.js";
import { Rounds } from "pages/ahead/rounds.js";

const page = await startPage();
page.main.append(h("div", { class: "ahead-boot" }, skeleton(6)));
const me = await requireStaff(page).catch((error) => {
  page.main.replaceChildren(failed(error, () => location.reload()));
  return null;
});
if (me) start(me);

/** @param {import("parts/session.js").Me} person */
function start(person) {
  leaveWhenSignedOut(page);
  const capacity = new Capacity(page);
  const rounds = new Rounds(page);
  page.main.replaceChildren(
    h("header", { class: "ahead-head" },
      h("a", { class: "button", href: "/console", data: { kind: "quiet", size: "icon" }, label: "ahead.back" }, icon("back")),
      h("h1", { t: "ahead.heading" }),
      button({ icon: "person", size: "icon", kind: "quiet", label: "common.settings", action: (event) => attempt(event.currentTarget, () => settings(person)) })),
    h("div", { class: "ahead" }, capacity.element, rounds.element));
  addEventListener("language", () => {
    localise(page.main);
    capacity.draw();
    rounds.draw();
  });
  page.live.subscribe("tasks", () => {
    capacity.soon();
    rounds.soon();
  });
  void capacity.read();
  void rounds.read();
}

/** @param {import("parts/session.js").Me} person */
async function settings(person) {
  const body = [h("p", { class: "muted", ...naming(person) }), h("div", { class: "cluster" }, h("cs-language"), h("cs-theme"))];
  const wish = await sheet({ t: "common.settings", body, actions: [{ value: "out", t: "common.sign_out", icon: "out" }] });
  if (wish === "out") await signOut(page);
}
