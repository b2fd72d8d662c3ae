// The bar at the top: who, how far, whether everything is sent; and the few settings a person needs.

import { ApiError } from "lib/api.js";
import { h } from "parts/dom.js";
import { attempt, button } from "parts/button.js";
import { chip } from "parts/chip.js";
import { ask, sheet } from "parts/dialog.js";
import { icon } from "parts/icon.js";
import { signOut } from "parts/session.js";
import { i18n, naming } from "parts/words.js";
import { keptPositions } from "pages/rep/kept-positions.js";
import { lookUp } from "pages/rep/look-up.js";
import { progress } from "pages/rep/overlay.js";

/** @typedef {import("pages/rep/work.js").Work} Work */

/** @typedef {import("pages/rep/alerts.js").Alerts} Alerts */
/** @typedef {import("pages/rep/check-in.js").CheckIn} CheckIn */

/** @param {import("parts/page.js").Page} page @param {Work} work @param {import("parts/session.js").Me} me @param {import("pages/rep/positions.js").Positions} positions @param {Alerts} alerts @param {CheckIn} checkIn */
export function header(page, work, me, positions, alerts, checkIn) {
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
      h("div", { class: "grow" }, h("h1", { class: "rep-name", ...naming(me) }), line),
      state,
      button({ icon: "search", size: "icon", kind: "quiet", label: "rep.look_up", action: (event) => attempt(event.currentTarget, () => lookUp(page)) }),
      button({ icon: "person", size: "icon", kind: "quiet", label: "common.settings", action: (event) => attempt(event.currentTarget, () => settings(page, work, positions, alerts, checkIn)) })),
    checkIn.element);
}

/** @param {Work} work */
function sync(work) {
  if (work.waiting.length) return chip({ t: "rep.sync.waiting", params: { count: work.waiting.length }, icon: "queue", tone: "warn" });
  if (!work.heardAt) return chip({ t: "rep.sync.not_yet", icon: "offline", tone: "warn" });
  if (work.trouble || !work.live || !navigator.onLine) return chip({ text: i18n.t("rep.sync.as_of", { time: i18n.time(work.heardAt) }), icon: "offline", tone: "warn" });
  return chip({ t: "rep.sync.fresh", icon: "check", tone: "ok" });
}

/** @param {string} key @param {string} hint @param {HTMLInputElement} input */
function choice(key, hint, input) {
  return h("label", { class: "rep-switch" }, input, h("span", { class: "stack", style: null },
    h("b", { t: key }), h("span", { class: "small muted", t: hint })));
}

/** The switch goes where the phone's own service lets it. @param {import("parts/page.js").Page} page @param {Alerts} alerts */
function pushSwitch(page, alerts) {
  const use = async () => {
    pushed.disabled = true;
    try {
      pushed.checked = await alerts.usePush(pushed.checked);
      if (alerts.denied) page.toast.show({ t: "rep.alert.push.denied", tone: "bad" });
    } catch (error) {
      pushed.checked = alerts.push;
      if (error instanceof ApiError) page.toast.fault(error);
      else page.toast.show({ t: "rep.alert.push.failed", tone: "bad" });
    } finally {
      pushed.disabled = false;
    }
  };
  const pushed = h("input", { type: "checkbox", checked: alerts.push, disabled: !alerts.able || alerts.denied, on: { change: use } });
  const hint = !alerts.able ? "rep.alert.push.absent" : alerts.denied ? "rep.alert.push.denied" : "rep.alert.push.hint";
  return choice("rep.alert.push", hint, pushed);
}

/** @param {import("parts/page.js").Page} page @param {Work} work @param {import("pages/rep/positions.js").Positions} positions @param {Alerts} alerts @param {CheckIn} checkIn */
async function settings(page, work, positions, alerts, checkIn) {
  const shared = h("input", { type: "checkbox", checked: positions.on, on: { change: () => positions.share(shared.checked) } });
  const heard = h("input", { type: "checkbox", checked: alerts.sound, on: { change: () => void alerts.useSound(heard.checked) } });
  const body = [
    h("div", { class: "cluster" }, h("cs-language"), h("cs-theme")),
    choice("rep.alert.sound", "rep.alert.sound.hint", heard),
    pushSwitch(page, alerts),
    choice("rep.position.share", "rep.position.hint", shared),
    button({ t: "rep.kept.title", icon: "pin", action: () => void keptPositions(page) }),
    h("p", { class: "small muted rep-install" }, icon("download"), h("span", { t: "rep.install.hint" })),
  ];
  const wish = await sheet({ t: "common.settings", body, actions: [{ value: "shifts", t: "rep.shifts", icon: "calendar" }, { value: "out", t: "common.sign_out", icon: "out" }] });
  if (wish === "shifts") return (await import("pages/rep/shifts.js")).ownShifts(page);
  if (wish !== "out") return;
  await checkIn.stop();
  if (work.waiting.length) {
    const sure = await ask({ t: "rep.sign_out.waiting", params: { count: work.waiting.length }, text: "rep.sign_out.lost",
      actions: [{ value: "", t: "common.cancel", kind: "primary" }, { value: "yes", t: "common.sign_out" }] });
    if (sure !== "yes") return;
  }
  await positions.forget();
  await alerts.stop();
  await work.forget();
  await signOut(page);
}
