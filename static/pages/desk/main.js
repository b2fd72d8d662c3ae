// The technician's desk: who waits on the left, the picture in the middle, the case on the right; one request at a
// time, everything by key. A refresh finds the same request, and in a call the same seat.

import "parts/map.js";
import { h } from "parts/dom.js";
import { failed, skeleton } from "parts/empty.js";
import { startPage } from "parts/page.js";
import { requireStaff } from "parts/session.js";
import { Desk } from "pages/desk/desk.js";
import { head } from "pages/desk/head.js";
import { Keys } from "pages/desk/keys.js";
import { queueColumn } from "pages/desk/queue/column.js";
import { watchArrivals } from "pages/desk/queue/arrivals.js";
import { workPlace } from "pages/desk/work-place.js";

const page = await startPage();

async function start() {
  page.main.replaceChildren(h("div", { class: "screen boot-rows" }, skeleton(5)));
  try {
    const me = await requireStaff(page);
    if (me) await open(me);
  } catch (error) {
    page.main.replaceChildren(h("div", { class: "screen" }, failed(error, start)));
  }
}

/** @param {import("parts/session.js").Me} me */
async function open(me) {
  const desk = new Desk(page, me);
  const keys = new Keys();
  const queue = queueColumn(desk, keys);
  const place = workPlace(desk, keys);
  page.main.replaceChildren(head(desk, keys), h("div", { class: "desk" }, queue, place));
  const mark = () => page.main.toggleAttribute("data-open", desk.work !== null);
  desk.addEventListener("open", mark);
  watchArrivals(desk);
  page.live.addEventListener("signed_out", () => void start());
  page.main.addEventListener("language", () => {
    void desk.loadCatalogue().catch(() => {});
    void desk.refresh();
    void desk.work?.refresh();
  });
  await desk.start();
}

await start();
