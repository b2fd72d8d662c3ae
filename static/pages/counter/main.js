// The counter, for whoever answers the hotline or sits at a window: one box says who calls, the card says what is open
// there, and one key each sends the video link, notes the answer, or hands the caller to a technician. `?phone=` opens
// the card of whoever the telephone system says is calling.

import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import { failed, nothing, skeleton } from "parts/empty.js";
import { field } from "parts/field.js";
import { startPage } from "parts/page.js";
import { leaveWhenSignedOut, requireStaff, signOut } from "parts/session.js";
import { localise } from "parts/words.js";
import { wordmark } from "parts/wordmark.js";
import { callerCard } from "pages/counter/card.js";
import { Model } from "pages/counter/model.js";

const AFTER_MS = 200; // a pause in typing
const page = await startPage();
page.main.append(h("div", { class: "screen" }, skeleton(4)));
const me = await requireStaff(page).catch((error) => {
  page.main.replaceChildren(failed(error, () => location.reload()));
  return null;
});
if (me) start();

function start() {
  leaveWhenSignedOut(page);
  const model = new Model(page.api);
  const box = field({ t: "counter.box", hint: "counter.box.hint", name: "who", type: "search", maxlength: 120, autocomplete: "off", spellcheck: "false" });
  const { control } = box;
  for (const [name, value] of Object.entries({ role: "combobox", "aria-controls": "counter-hits", "aria-expanded": "false", "aria-autocomplete": "list" })) control.setAttribute(name, value);
  const list = h("ul", { class: "counter-hits", id: "counter-hits", role: "listbox", label: "counter.results" });
  const said = h("div", { class: "counter-said", "aria-live": "polite" });
  const place = h("section", { class: "counter-place" });
  page.main.replaceChildren(
    h("header", { class: "page-head counter-head" }, wordmark(page.shell), h("h1", { t: "counter.heading" }),
      h("div", { class: "cluster tight" }, h("cs-theme"), h("cs-language"), button({ icon: "out", label: "common.sign_out", kind: "quiet", size: "icon", action: () => signOut(page) }))),
    h("div", { class: "counter-body" }, h("section", { class: "counter-find stack" }, box, said, list), place));

  let marked = -1;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon;

  /** @param {number} number */
  const mark = (number) => {
    marked = number;
    [...list.children].forEach((each, index) => each.setAttribute("aria-selected", String(index === number)));
    const option = list.children[number];
    if (option) {
      control.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else control.removeAttribute("aria-activedescendant");
  };

  /** @param {number} number @param {boolean} [asking] */
  const open = (number, asking = false) => {
    const found = model.found;
    const hit = found?.hits[number] ?? null;
    mark(number);
    const card = callerCard(page, model, hit, () => void look(false));
    place.replaceChildren(card.element);
    if (asking || !card.open) card.ask();
    else card.element.focus();
  };

  const draw = () => {
    const { found, trouble, text } = model;
    control.setAttribute("aria-expanded", String(Boolean(found?.hits.length)));
    if (trouble) return void said.replaceChildren(failed(trouble, () => look(false)));
    if (!found) return void said.replaceChildren(nothing({ t: "counter.start", more: "counter.start.more", icon: "phone" }));
    list.replaceChildren(...found.hits.map((hit, index) => h("li", { role: "option", id: `counter-hit-${index}`, class: "counter-hit", "aria-selected": "false", on: { click: () => open(index) } },
      h("b", { text: hit.name || hit.reference }), h("span", { class: "small muted", t: `counter.by.${hit.by}` }),
      h("span", { class: "small", text: [hit.phone, hit.address].filter(Boolean).join(" · ") }),
      hit.open.length > 0 && h("span", { class: "small counter-open", t: "counter.open.count", params: { count: hit.open.length } }))));
    said.replaceChildren(...(found.more ? [h("p", { class: "small muted", t: "counter.more" })] : []),
      ...(!found.hits.length && text ? [nothing({ t: "counter.none", more: "counter.none.more", icon: "search" })] : []));
    mark(found.hits.length ? Math.max(0, Math.min(marked, found.hits.length - 1)) : -1);
  };

  /** @param {boolean} pop whether the one who is found is shown at once */
  const look = async (pop) => {
    clearTimeout(soon);
    const text = control.value.trim();
    if (text) said.replaceChildren(h("p", { class: "small muted", t: "counter.looking" }));
    const fresh = await model.look(text);
    if (!fresh) return;
    draw();
    if (pop && model.found && (model.found.hits.length === 1 || (!model.found.hits.length && model.found.phone))) open(model.found.hits.length - 1);
  };

  control.addEventListener("input", () => {
    clearTimeout(soon);
    list.replaceChildren();
    marked = -1;
    soon = setTimeout(() => void look(false), AFTER_MS);
  });
  control.addEventListener("keydown", async (/** @type {KeyboardEvent} */ event) => {
    const last = list.children.length - 1;
    if (event.isComposing) return;
    if (event.key === "ArrowDown") mark(marked >= last ? 0 : marked + 1);
    else if (event.key === "ArrowUp") mark(marked <= 0 ? last : marked - 1);
    else if (event.key === "Enter") {
      if (model.text !== control.value.trim()) await look(false);
      if (list.children[marked]) open(marked);
      else if (model.found) open(-1, true);
    } else return;
    event.preventDefault();
  });
  addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLElement && event.target.closest("input, select, textarea, dialog");
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
      control.focus();
      control.select();
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") {
      control.focus();
      control.select();
    } else if (event.key.toLowerCase() === "n") open(marked, true);
    else {
      const wanted = place.querySelector(`[aria-keyshortcuts="${CSS.escape(event.key.toUpperCase())}"]`);
      if (!(wanted instanceof HTMLElement)) return;
      wanted.click();
    }
    event.preventDefault();
  });
  addEventListener("language", () => {
    localise(page.main);
    draw();
  });

  draw();
  const phone = new URLSearchParams(location.search).get("phone");
  if (phone) {
    history.replaceState(history.state, "", location.pathname); // a number does not stay in the address
    control.value = phone.slice(0, 120);
    void look(true);
  }
  control.focus();
}
