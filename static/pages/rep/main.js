// The representative's page: today's route, the next stop large, each task with its evidence. Works without a network.

import { ApiError } from "lib/api.js";
import { h } from "parts/dom.js";
import { failed, skeleton } from "parts/empty.js";
import { startPage } from "parts/page.js";
import { keepShell } from "parts/kept-shell.js";
import { leaveWhenSignedOut, requireStaff } from "parts/session.js";
import { localise } from "parts/words.js";
import { Announced } from "pages/rep/announced.js";
import { Alerts } from "pages/rep/alerts.js";
import { CheckIn } from "pages/rep/check-in.js";
import { Escalated } from "pages/rep/escalated.js";
import { header } from "pages/rep/header.js";
import { PlaceHistory } from "pages/rep/place-history.js";
import { Places } from "pages/rep/places.js";
import { Positions } from "pages/rep/positions.js";
import { RouteView } from "pages/rep/route-view.js";
import { ShutOffs } from "pages/rep/shut-offs.js";
import { Sites } from "pages/rep/sites.js";
import { TaskView } from "pages/rep/task-view.js";
import { Work } from "pages/rep/work.js";

/** @typedef {import("parts/session.js").Me} Me */

const page = await startPage();
page.main.append(skeleton(4));
const work = await Work.open(page);
const me = await whoIsHere();
const worker = keepShell("/sw.js", "/rep");
if (me) start(me);
void worker.then(leaveOldScope);

/** Until a release ago the worker of this page answered for the customer's page too. */
async function leaveOldScope() {
  const older = await navigator.serviceWorker?.getRegistration("/");
  if (new URL(older?.active?.scriptURL ?? location.href).pathname === "/sw.js") await older?.unregister();
}

/** The person signed in; without a network, the one who was. @returns {Promise<Me | null>} */
async function whoIsHere() {
  try {
    const found = await requireStaff(page);
    if (found) await work.store.put("facts", found, "me");
    return found;
  } catch (error) {
    const kept = await work.store.get("facts", "me");
    if (kept && error instanceof ApiError && error.passing) return kept;
    page.main.replaceChildren(failed(error, () => location.reload()));
    return null;
  }
}

/** @param {Me} person */
function start(person) {
  leaveWhenSignedOut(page);
  work.outbox.person = person.id;
  const places = new Places();
  const positions = new Positions(page, work);
  const alerts = new Alerts(page, work, worker);
  const body = h("div", { class: "rep-body" });
  const sites = new Sites(work, page);
  const history = new PlaceHistory(work, page);
  const route = new RouteView(work, places, page, sites);
  const shutOffs = new ShutOffs(work, page);
  const announced = new Announced(work, page);
  const escalated = new Escalated(work, page);
  const checkIn = new CheckIn(work, page, alerts);
  const task = new TaskView(work, places, page, shutOffs, checkIn, sites, history);
  page.main.replaceChildren(header(page, work, person, positions, alerts, checkIn), body);
  let subscribed = false;

  const show = () => {
    const stop = places.task ? work.stop(places.task) : undefined;
    if (places.task && !stop && work.fresh) return places.home(); // before that it may only not have been heard of yet
    const shown = stop ? task.element : route.element;
    if (body.firstChild !== shown) body.replaceChildren(shown); // a map taken off the page is gone
    if (stop) task.show(stop);
    else route.show();
    if (work.heard && !subscribed) {
      subscribed = true;
      page.live.subscribe(`rep:${work.heard.rep.id}`, () => void work.sync());
    }
  };
  work.addEventListener("change", show);
  checkIn.addEventListener("change", show);
  announced.addEventListener("change", show);
  escalated.addEventListener("change", show);
  sites.addEventListener("change", () => !places.task && route.show());
  places.addEventListener("change", () => {
    show();
    scrollTo({ top: 0 });
  });
  addEventListener("language", () => {
    localise(route.element); // may be off the page, behind a task
    show();
  });
  page.live.addEventListener("state", (event) => {
    work.live = /** @type {CustomEvent<string>} */ (event).detail === "open";
    work.tell();
    if (work.live && !subscribed) void work.sync(); // whoever hangs on a topic is told by the line itself
  });
  addEventListener("online", () => void work.sync());
  document.addEventListener("visibilitychange", () => void (document.visibilityState === "visible" ? work.sync() : work.lookAway()));
  show();
  void work.sync();
  positions.start();
  void shutOffs.start();
  void announced.start();
  void sites.start();
  void history.start();
  void alerts.start();
  void checkIn.start();
  void escalated.start();
  navigator.serviceWorker?.addEventListener("message", ({ data }) => {
    if (!data?.open) return;
    places.open(data.open); // a notification was tapped
    void work.sync();
  });
  void work.makeRoom();
}
