// The line above the desk: who I am, how many desks are staffed, and what belongs to no request.

import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";
import { signOut } from "parts/session.js";
import { naming } from "parts/words.js";
import { wordmark } from "parts/wordmark.js";
import { help } from "pages/desk/help.js";
import { inviteSomeone } from "pages/desk/invite.js";

/** @param {import("pages/desk/desk.js").Desk} desk @param {import("pages/desk/keys.js").Keys} keys */
export function head(desk, keys) {
  const { page, me } = desk;
  const staffed = h("span", { class: "staffed small muted" });
  const invite = button({ icon: "plus", t: "desk.invite", key: "N", class: "button invite", action: () => void inviteSomeone(desk) });
  const keysButton = button({ t: "desk.keys", kind: "quiet", key: "?", class: "button wide-only", action: () => void help(keys) });
  const out = button({ icon: "out", kind: "quiet", size: "icon", label: "common.sign_out", title: "common.sign_out", action: () => signOut(page) });

  desk.addEventListener("queue", () => {
    const count = desk.queue?.technicians ?? 0;
    staffed.replaceChildren(h("span", { t: "desk.staffed", params: { count } }));
  });
  keys.on("invite", () => void inviteSomeone(desk));
  keys.on("help", () => void help(keys));

  return h(
    "header", { class: "desk-head" },
    wordmark(page.shell),
    h("h1", { class: "visually-hidden", t: "desk.title" }),
    staffed,
    h("div", { class: "grow" }),
    invite, keysButton,
    h("span", { class: "me small wide-only" }, icon("person"), h("b", naming(me))),
    h("cs-theme"), h("cs-language"), out,
  );
}
