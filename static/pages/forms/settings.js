// Language, theme, and the way out.

import { h } from "parts/dom.js";
import { sheet } from "parts/dialog.js";
import { signOut } from "parts/session.js";
import "parts/switches.js";
import { naming } from "parts/words.js";

/** @param {import("parts/page.js").Page} page @param {import("parts/session.js").Me} me */
export async function settings(page, me) {
  const body = [h("p", { class: "muted", ...naming(me) }), h("div", { class: "cluster" }, h("cs-language"), h("cs-theme"))];
  const wish = await sheet({ t: "common.settings", body, actions: [{ value: "out", t: "common.sign_out", icon: "out" }] });
  if (wish === "out") await signOut(page);
}
