// The bar at the top: who, how far, whether everything is sent; and the few settings a person needs.

import { h } from "parts/dom.js";
import { attempt, button } from "parts/button.js";
import { chip } from "parts/chip.js";
import { ask, sheet } from "parts/dialog.js";
import { icon } from "parts/icon.js";
import { signOut } from "parts/session.js";
import { i18n } from "parts/words.js";
import { progress } from "pages/rep/overlay.js";

/** @typedef {import("pages/rep/work.js").Work} Work */

/** @param {import("parts/page.js").Page} page @param {Work} work @param {import("parts/session.js").Me} me @param {import("pages/rep/positions.js").Positions} positions */
export function header(page, work, me, positions) {
  const line = h("span", { class: "small muted" });
  const state = h("span");
  const update = () => {
    const { route } = work;
    const { all, done } = route ? progress(route) : { all: 0, done: 0 };
    line.textContent = route ? i18n.t("rep.progress", { all, done }) : "";
    state.replaceChildren(sync(work));
  };
  work.addEventListener("change", update);
  for (const type of ["language", "online", "offline"]) addEventListener(type, update); // the switch lies in a sheet beside the page
  update();
  return h("header", { class: "page-head rep-head" },
    h("div", { class: "split screen" },
      h("div", { class: "grow" }, h("h1", { class: "rep-name", text: me.name }), line),
      state,
      button({ icon: "person", size: "icon", kind: "quiet", label: "common.settings", action: (event) => attempt(event.currentTarget, () => settings(page, work, positions)) })));
}

/** @param {Work} work */
function sync(work) {
  if (work.waiting.length) return chip({ t: "rep.sync.waiting", params: { count: work.waiting.length }, icon: "queue", tone: "warn" });
  if ((work.trouble || !work.live || !navigator.onLine) && work.heardAt) return chip({ text: i18n.t("rep.sync.as_of", { time: i18n.time(work.heardAt) }), icon: "offline", tone: "warn" });
  return chip({ t: "rep.sync.fresh", icon: "check", tone: "ok" });
}

/** @param {import("parts/page.js").Page} page @param {Work} work @param {import("pages/rep/positions.js").Positions} positions */
async function settings(page, work, positions) {
  const shared = h("input", { type: "checkbox", checked: positions.on, on: { change: () => positions.share(shared.checked) } });
  const body = [
    h("div", { class: "cluster" }, h("cs-language"), h("cs-theme")),
    h("label", { class: "rep-switch" }, shared, h("span", { class: "stack", style: null },
      h("b", { t: "rep.position.share" }), h("span", { class: "small muted", t: "rep.position.hint" }))),
    h("p", { class: "small muted rep-install" }, icon("download"), h("span", { t: "rep.install.hint" })),
  ];
  const wish = await sheet({ t: "common.settings", body, actions: [{ value: "out", t: "common.sign_out", icon: "out" }] });
  if (wish !== "out") return;
  if (work.waiting.length) {
    const sure = await ask({ t: "rep.sign_out.waiting", params: { count: work.waiting.length }, text: "rep.sign_out.lost",
      actions: [{ value: "", t: "common.cancel", kind: "primary" }, { value: "yes", t: "common.sign_out" }] });
    if (sure !== "yes") return;
  }
  positions.stop();
  await work.forget();
  await signOut(page);
}
