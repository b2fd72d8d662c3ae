// The answer bank: all answers on the left, the one that is being written in the middle, the phone beside it.

import { attempt, button } from "parts/button.js";
import { sheet } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { failed, nothing, skeleton } from "parts/empty.js";
import { icon } from "parts/icon.js";
import { startPage } from "parts/page.js";
import { leaveWhenSignedOut, requireStaff, signOut } from "parts/session.js";
import "parts/switches.js";
import { localise, naming } from "parts/words.js";
import { asked } from "pages/answers/asked.js";
import { editor } from "pages/answers/editor.js";
import { answerList } from "pages/answers/list.js";
import { Model } from "pages/answers/model.js";
import { preview } from "pages/answers/preview.js";

const page = await startPage();
page.main.append(h("div", { class: "answers-boot" }, skeleton(6)));
const me = await requireStaff(page).catch((error) => {
  page.main.replaceChildren(failed(error, () => location.reload()));
  return null;
});
if (me) await start(me);

/** @param {import("parts/session.js").Me} person */
async function start(person) {
  leaveWhenSignedOut(page);
  const has = (/** @type {string[]} */ ...roles) => person.roles.some((role) => roles.includes(role));
  const model = new Model(page, has("supervisor", "admin"));
  const list = answerList(model);
  const written = editor(model);
  const phone = preview(model);
  page.main.replaceChildren(
    h("header", { class: "answers-head" },
      h("a", { class: "button", href: "/console", data: { kind: "quiet", size: "icon" }, label: "answers.back" }, icon("back")),
      h("h1", { t: "answers.heading" }),
      h("div", { class: "cluster" },
        button({ t: "answers.asked", icon: "search", action: (event) => attempt(event.currentTarget, () => asked(model)) }),
        button({ icon: "person", size: "icon", kind: "quiet", label: "common.settings", action: (event) => attempt(event.currentTarget, () => settings(person)) }))),
    has("supervisor", "admin", "dispatcher")
      ? h("div", { class: "answers" },
          h("nav", { class: "answers-all", label: "answers.list" }, list.element),
          h("section", { class: "answers-editor", label: "answers.editor" }, written.element),
          h("section", { class: "answers-preview", label: "answers.preview" }, phone.element))
      : nothing({ t: "answers.not_yours", icon: "shield" }));
  try {
    await model.read();
    const id = location.hash.slice(1);
    if (id) await model.choose(id).catch(() => written.draw());
    else written.draw();
  } catch (error) {
    page.main.replaceChildren(failed(error, () => location.reload()));
  }
  addEventListener("language", () => {
    localise(page.main);
    list.draw();
    written.draw();
    phone.draw();
  });
  addEventListener("beforeunload", (event) => {
    if (model.unsaved) event.preventDefault();
  });
}

/** @param {import("parts/session.js").Me} person */
async function settings(person) {
  const body = [h("p", { class: "muted", ...naming(person) }), h("div", { class: "cluster" }, h("cs-language"), h("cs-theme"))];
  const wish = await sheet({ t: "common.settings", body, actions: [{ value: "out", t: "common.sign_out", icon: "out" }] });
  if (wish === "out") await signOut(page);
}
