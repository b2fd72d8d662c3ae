// Staff sign-in. The person's roles say which page opens. `?surface=` is the page that sent them here, and opens where
// they may; `?next=` is the address to go back to; `?why=` says why a link failed. Who may open several pages, and came
// for none of them, is asked.

import { ApiError } from "lib/api.js";
import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { h } from "parts/dom.js";
import { field } from "parts/field.js";
import { startPage } from "parts/page.js";
import { i18n } from "parts/words.js";
import { wordmark } from "parts/wordmark.js";

const HOMES = /** @type {Record<string, string>} */ ({ desk: "/desk", rep: "/rep", console: "/console", counter: "/counter" });
const ICONS = /** @type {Record<string, string>} */ ({ desk: "video", rep: "car", console: "map", counter: "phone" });

const page = await startPage();
const asked = new URLSearchParams(location.search);
const next = asked.get("next") ?? "";
const why = asked.get("why");
const wanted = [asked.get("surface") ?? "", Object.keys(HOMES).find((name) => HOMES[name] === next)].find((name) => name && name in HOMES);

const username = field({ t: "common.signin.username", name: "username", autocomplete: "username", autocapitalize: "none", spellcheck: "false", required: true });
const password = field({ t: "common.signin.password", name: "password", type: "password", autocomplete: "current-password", required: true });
const shown = h("label", { class: "cluster small" },
  h("input", { type: "checkbox", class: "tick", on: { change: (event) => password.control.setAttribute("type", event.target.checked ? "text" : "password") } }),
  h("span", { t: "common.signin.show" }));
const trouble = h("div", { "aria-live": "assertive" });
const submit = button({ t: "common.signin.submit", kind: "primary", size: "main", type: "submit" });
const form = h("form", { class: "stack", novalidate: true }, username, password, shown, submit);
const place = h("div", { class: "stack" }, h("h1", { t: "common.signin.title" }), why !== null && note({ t: why === "link_unknown" ? "errors.link_unknown" : "common.signin.link_used", tone: "warn", icon: "link" }), trouble, form);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const empty = [username, password].filter((part) => !part.control.value.trim());
  for (const part of [username, password]) part.fault(empty.includes(part) ? "common.signin.required" : null);
  if (empty[0]) return empty[0].control.focus();
  submit.setAttribute("aria-busy", "true");
  await signIn({ wanted });
  submit.removeAttribute("aria-busy");
});

/** @param {{wanted?: string | undefined, surface?: string}} where */
async function signIn(where) {
  trouble.replaceChildren();
  try {
    const me = await page.api.post("/api/sessions", { username: username.control.value.trim(), password: password.control.value, ...where });
    location.replace(target(me.surface));
  } catch (error) {
    if (error instanceof ApiError && error.code === "surface_needed") return choose(/** @type {string[]} */ (error.params["surfaces"]));
    trouble.replaceChildren(note({ text: i18n.error(error), tone: "bad", icon: "alert" }));
    password.control.select();
  }
}

/** The name and the password are right, and there is more than one page to open. @param {string[]} surfaces */
function choose(surfaces) {
  const pages = surfaces.map((surface) => button({ t: `common.signin.surface.${surface}`, icon: ICONS[surface] ?? "", size: "main", name: surface, action: () => signIn({ surface }) }));
  place.replaceChildren(h("h1", { t: "common.signin.surface" }), trouble, ...pages);
  pages[0]?.focus();
}

/** The address that was asked for, where it is our own and belongs to the page that opens. @param {string} surface */
function target(surface) {
  const own = /^\/[a-z-]*$/.test(next) && (next === HOMES[surface] || (!Object.values(HOMES).includes(next) && surface === (wanted ?? surface)));
  return own && next !== "/" ? next : /** @type {string} */ (HOMES[surface]);
}

page.main.append(
  h("header", { class: "page-head" }, h("div", { class: "split screen wide" },
    wordmark(page.shell),
    h("div", { class: "cluster" }, h("cs-theme"), h("cs-language")))),
  h("div", { class: "screen signin" },
    h("div", { class: "card stack" }, place),
    h("p", { class: "small" }, h("a", { href: "/", t: "common.signin.customer" }))),
);
username.control.focus();
