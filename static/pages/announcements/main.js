// What the utility announces, for anybody: by place, in words, without a map and without an account.

import { h } from "parts/dom.js";
import { chip } from "parts/chip.js";
import { failed, nothing, skeleton } from "parts/empty.js";
import { field } from "parts/field.js";
import { startPage } from "parts/page.js";
import { redraw } from "parts/redraw.js";
import { i18n, localise } from "parts/words.js";
import { wordmark } from "parts/wordmark.js";
import { announcedFacts, wordsOf } from "parts/announced.js";

/** @typedef {import("parts/announced.js").Told} Told */

const AGAIN_MS = 60_000; // there is no session here, and so nobody who tells
const TONES = /** @type {const} */ ({ now: "warn", overdue: "bad", coming: "brand" });
const MANY = 4; // from so many on a place can be looked for

const page = await startPage();
/** @type {Told[] | null} */
let told = null;
/** @type {unknown} */
let trouble = null;
let at = "";

const head = h("header", { class: "page-head" }, h("div", { class: "split screen" },
  wordmark(page.shell), h("div", { class: "cluster tight" }, h("cs-theme"), h("cs-language"))));
const filter = field({ t: "announcements.filter", name: "place", type: "search", maxlength: 80, autocomplete: "off" });
const list = h("div", { class: "stack", "aria-live": "polite" }, skeleton(3));
const stand = h("p", { class: "small muted" });
filter.hidden = true;
filter.control.addEventListener("input", () => draw());
page.main.append(head, h("div", { class: "screen stack announced-page" },
  h("h1", { t: "announcements.heading" }), h("p", { class: "lead", t: "announcements.lead" }), filter, list, stand,
  h("p", null, h("a", { class: "button", href: "/", t: "announcements.ask" }))));

async function read() {
  try {
    const answer = await page.api.get("/api/announcements/current");
    [told, at, trouble] = [answer.announcements, answer.now, null];
  } catch (error) {
    trouble = error;
  }
  draw();
}

function draw() {
  if (!told) return trouble ? list.replaceChildren(failed(trouble, read)) : undefined;
  filter.hidden = told.length < MANY;
  const wanted = filter.hidden ? "" : filter.control.value.trim().toLocaleLowerCase();
  const shown = told.filter((each) => !wanted || wordsOf(each).where.toLocaleLowerCase().includes(wanted));
  const key = trouble ? "announcements.stale" : "announcements.read_at";
  stand.replaceChildren(h("span", { t: key, params: { time: i18n.time(at) } }));
  redraw(list, () => list.replaceChildren(...(shown.length ? shown.map(card)
    : [wanted ? nothing({ t: "announcements.filter.none", params: { text: filter.control.value.trim() }, icon: "search" }) : nothing({ t: "announcements.none", more: "announcements.none.more", icon: "done" })])));
}

/** @param {Told} each */
function card(each) {
  const words = wordsOf(each);
  return h("article", { class: "card stack announced-card", data: { phase: each.phase } },
    h("div", { class: "split" }, h("h2", { text: words.where || words.title }), chip({ t: `announcements.phase.${each.phase}`, icon: each.phase === "coming" ? "calendar" : "drop", tone: TONES[each.phase] })),
    h("p", null, h("b", { text: words.title })),
    each.phase === "overdue" && h("p", { t: "announcements.overdue" }),
    each.moved_from && h("p", { t: "announcements.moved", params: { time: i18n.time(each.moved_from, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" }) } }),
    words.extra && h("p", { class: "announced-said", text: words.extra }),
    announcedFacts(each),
    each.connections !== null && each.connections > 0 && h("p", { class: "small muted", t: "announcements.connections", params: { count: each.connections } }));
}

addEventListener("language", () => {
  localise(page.main);
  draw();
});
addEventListener("online", () => void read());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void read());
setInterval(() => document.visibilityState === "visible" && void read(), AGAIN_MS);
await read();
