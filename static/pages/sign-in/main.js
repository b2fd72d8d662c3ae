// Staff sign-in. `?surface=` chooses the page to open, `?next=` the address to go back to, `?why=` the reason a link failed.

import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { h } from "parts/dom.js";
import { field, segmented } from "parts/field.js";
import { startPage } from "parts/page.js";
import { i18n } from "parts/words.js";
import { wordmark } from "parts/wordmark.js";

const HOMES = /** @type {Record<string, string>} */ ({ desk: "/desk", rep: "/rep", console: "/console" });

const page = await startPage();
const asked = new URLSearchParams(location.search);
let surface = asked.get("surface") ?? "desk";
if (!(surface in HOMES)) surface = "desk";

const username = field({ t: "common.signin.username", name: "username", autocomplete: "username", autocapitalize: "none", spellcheck: "false", required: true });
const password = field({ t: "common.signin.password", name: "password", type: "password", autocomplete: "current-password", required: true });
const shown = h("label", { class: "cluster small" },
  h("input", { type: "checkbox", class: "tick", on: { change: (event) => password.control.setAttribute("type", event.target.checked ? "text" : "password") } }),
  h("span", { t: "common.signin.show" }));
const trouble = h("div", { "aria-live": "assertive" });
const submit = button({ t: "common.signin.submit", kind: "primary", size: "main", type: "submit" });

const form = h(
  "form", { class: "stack", novalidate: true },
  h("div", { class: "field" }, h("span", { class: "label", t: "common.signin.surface" }),
    segmented({
      name: "surface", label: "common.signin.surface", value: surface, change: (value) => (surface = value),
      options: Object.keys(HOMES).map((value) => ({ value, t: `common.signin.surface.${value}` })),
    })),
  username, password, shown, trouble, submit,
);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const empty = [username, password].filter((part) => !part.control.value.trim());
  for (const part of [username, password]) part.fault(empty.includes(part) ? "common.signin.required" : null);
  if (empty[0]) return empty[0].control.focus();
  submit.setAttribute("aria-busy", "true");
  trouble.replaceChildren();
  try {
    await page.api.post("/api/sessions", { username: username.control.value.trim(), password: password.control.value, surface });
    location.replace(target());
  } catch (error) {
    trouble.replaceChildren(note({ text: i18n.error(error), tone: "bad", icon: "alert" }));
    password.control.select();
  } finally {
    submit.removeAttribute("aria-busy");
  }
});

/** Only an address of our own, and only for the page that was asked for. */
function target() {
  const next = asked.get("next") ?? "";
  const own = /^\/[a-z-]*$/.test(next) && surface === (asked.get("surface") ?? surface);
  return own ? next : /** @type {string} */ (HOMES[surface]);
}

page.main.append(
  h("header", { class: "page-head" }, h("div", { class: "split screen wide" },
    wordmark(page.shell),
    h("div", { class: "cluster" }, h("cs-theme"), h("cs-language")))),
  h("div", { class: "screen signin" },
    h("div", { class: "card stack" },
      h("h1", { t: "common.signin.title" }),
      asked.has("why") && note({ t: "common.signin.link_used", tone: "warn", icon: "link" }),
      form),
    h("p", { class: "small" }, h("a", { href: "/", t: "common.signin.customer" }))),
);
username.control.focus();
