// The customer's page: one screen at a time, chosen from the state of the request. A refresh finds the same screen.

import "parts/map.js";
import { h } from "parts/dom.js";
import { failed, skeleton } from "parts/empty.js";
import { startPage } from "parts/page.js";
import { keepShell } from "parts/kept-shell.js";
import { leaveWhenSignedOut, takeToken } from "parts/session.js";
import { wordmark } from "parts/wordmark.js";
import { Camera } from "call/camera.js";
import { announced } from "pages/customer/announced.js";
import { Case } from "pages/customer/case.js";
import { Way } from "pages/customer/way.js";
import { currentScreen, SCREENS } from "pages/customer/screens.js";

const token = takeToken("i"); // before anything else: a link's secret must not stay in the address
const page = await startPage();
const model = new Case(page.api, page.live, page.shell.language);
model.token = token;

const head = h("header", { class: "page-head" }, h("div", { class: "split screen" },
  wordmark(page.shell),
  h("div", { class: "cluster tight" }, h("cs-theme"), h("cs-language"))));
const place = h("div", { class: "place" }, h("div", { class: "screen stack" }, skeleton(4)));
const known = announced(model, page);
page.main.append(head, known.element, place);

/** @type {{name: string, screen: import("pages/customer/screen.js").Screen} | null} */
let shown = null;

const way = new Way(() => shown?.screen ?? null);

function show() {
  const name = currentScreen(model);
  if (shown?.name === name) return shown.screen.update?.();
  shown?.screen.leave?.();
  const first = shown === null;
  if (!first || (name === "call" && way.depth === 0)) way.step(); // a call that was opened straight away is not left by one step back
  const screen = SCREENS[name](model, page);
  shown = { name, screen };
  place.replaceChildren(screen.element);
  page.main.dataset["screen"] = name;
  scrollTo(0, 0);
  if (!first) /** @type {HTMLElement | null} */ (screen.element.querySelector("h1"))?.focus({ preventScroll: true });
}

/** Texts made with keys are rewritten by themselves; the rest of a screen is made anew, a running call is not. */
async function relabel() {
  const { language } = page.api;
  page.main.ariaBusy = "true";
  try {
    await model.useLanguage(language);
  } catch (error) {
    page.toast.fault(error);
  }
  if (language !== page.api.language) return; // the choice after this one ends it
  page.main.ariaBusy = "false";
  if (!shown?.screen.relabel) {
    shown?.screen.leave?.();
    shown = null; // the same screen again: no further entry
    show();
  } else shown.screen.relabel();
}

async function start() {
  try {
    await model.open(Camera.supported);
    model.addEventListener("change", show);
    model.errands.addEventListener("change", () => page.banner.queued(model.errands.stuck ? model.errands.list.length : 0));
    model.errands.addEventListener("refused", (event) => page.toast.fault(/** @type {CustomEvent} */ (event).detail.error));
    show();
    known.update();
  } catch (error) {
    place.replaceChildren(h("div", { class: "screen" }, failed(error, start)));
  }
}

place.addEventListener("step", () => way.step());
page.main.addEventListener("language", () => void relabel().then(keep));
leaveWhenSignedOut(page, () => model.confirmed !== null && !model.erasing);
await start();
keep();

/** The page without a network, in the language that is read. */
function keep() {
  void keepShell(`/customer-sw.js?lang=${page.api.language}`, "/");
}
