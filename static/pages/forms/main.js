// What is filled in for each kind of task: types on the left, the form that is being written in the middle, and beside it
// the phone as a representative will see it.

import { attempt, button } from "parts/button.js";
import { h } from "parts/dom.js";
import { failed, skeleton } from "parts/empty.js";
import { icon } from "parts/icon.js";
import { startPage } from "parts/page.js";
import { leaveWhenSignedOut, requireStaff } from "parts/session.js";
import { localise } from "parts/words.js";
import { chainTemplates } from "pages/forms/chain-templates.js";
import { Editor } from "pages/forms/editor.js";
import { Model } from "pages/forms/model.js";
import { Preview } from "pages/forms/preview.js";
import { settings } from "pages/forms/settings.js";
import { TypeList } from "pages/forms/type-list.js";
import { vans } from "pages/forms/vans.js";

const page = await startPage();
page.main.append(h("div", { class: "forms-boot" }, skeleton(5)));
const me = await requireStaff(page).catch((error) => {
  page.main.replaceChildren(failed(error, () => location.reload()));
  return null;
});
if (me) await start(me);

/** @param {import("parts/session.js").Me} person */
async function start(person) {
  leaveWhenSignedOut(page);
  const model = new Model(page, person.roles.some((role) => role === "supervisor" || role === "admin"));
  const code = location.hash.slice(1);
  try {
    await model.start(code);
  } catch (error) {
    page.main.replaceChildren(failed(error, () => location.reload()));
    return;
  }
  const list = new TypeList(model);
  const editor = new Editor(model);
  const preview = new Preview(model);
  page.main.replaceChildren(
    h("header", { class: "forms-head" },
      h("a", { class: "button", href: "/console", data: { kind: "quiet", size: "icon" }, label: "forms.back" }, icon("back")),
      h("h1", { t: "forms.heading" }),
      h("div", { class: "cluster" },
        button({ t: "forms.chains", icon: "list", action: (event) => attempt(event.currentTarget, () => chainTemplates(model)) }),
        button({ t: "forms.vans", icon: "parts", action: (event) => attempt(event.currentTarget, () => vans(page, model.writes)) }),
        button({ icon: "person", size: "icon", kind: "quiet", label: "common.settings", action: (event) => attempt(event.currentTarget, () => settings(page, person)) }))),
    h("div", { class: "forms" },
      h("nav", { class: "forms-types", label: "forms.types" }, list.element),
      h("section", { class: "forms-editor", label: "forms.editor" }, editor.element),
      h("section", { class: "forms-preview", label: "forms.preview" }, preview.element)));
  list.draw();
  editor.draw();
  preview.draw();
  addEventListener("language", () => {
    localise(page.main);
    for (const what of ["types", "form"]) model.tell(what);
  });
  addEventListener("pagehide", () => void model.flush());
}
