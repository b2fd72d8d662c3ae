// The dispatcher's console: is every zone looked after, which job is late, who is nearest and able.

import { h } from "parts/dom.js";
import { failed, skeleton } from "parts/empty.js";
import { segmented } from "parts/field.js";
import { startPage } from "parts/page.js";
import { leaveWhenSignedOut, requireStaff } from "parts/session.js";
import { localise } from "parts/words.js";
import { actions } from "pages/console/actions.js";
import { keep, kept } from "pages/console/address.js";
import { Arrivals } from "pages/console/arrivals.js";
import { Board } from "pages/console/board.js";
import { Detail } from "pages/console/detail.js";
import { header } from "pages/console/header.js";
import { listenToKeys } from "pages/console/keys.js";
import { DoorstepAlerts } from "pages/console/doorstep-alerts.js";
import { LoneAlerts } from "pages/console/lone-alerts.js";
import { MapView } from "pages/console/map-view.js";
import { palette } from "pages/console/palette.js";
import { planAgain } from "pages/console/plan-open.js";
import { Tables } from "pages/console/tables.js";
import { TaskList } from "pages/console/task-list.js";
import { Timeline } from "pages/console/timeline.js";

/** @typedef {"map" | "tables" | "timeline"} View */

const DECIDING = new Set(["supervisor", "admin"]);

const page = await startPage();
page.main.append(h("div", { class: "console-boot" }, skeleton(5)));
const me = await requireStaff(page).catch((error) => {
  page.main.replaceChildren(failed(error, () => location.reload()));
  return null;
});
if (me) await start(me);

/** @param {import("parts/session.js").Me} me */
async function start(me) {
  leaveWhenSignedOut(page);
  const wide = matchMedia("(min-width: 64rem)");
  const board = new Board(page);
  board.roles = me.roles;
  const views = { map: new MapView(board), tables: new Tables(board), timeline: new Timeline(board) };
  const list = new TaskList(board);
  const detail = new Detail(board);
  const asked = kept("view");
  /** @type {View} */
  let view = asked === "tables" || asked === "timeline" ? asked : "map";
  const places = segmented({ name: "view", label: "console.overview", value: wide.matches ? view : "list",
    options: [{ value: "list", t: "console.view.list" }, { value: "map", t: "console.view.map" }, { value: "tables", t: "console.view.tables" }, { value: "timeline", t: "console.view.timeline" }],
    change: (value) => go(/** @type {View | "list"} */ (value)) });
  places.classList.add("console-places");
  const middle = h("section", { class: "console-middle", label: "console.overview" }, Object.values(views).map(({ element }) => element));
  const columns = h("div", { class: "console", data: { place: "list" } }, list.element, places, middle, detail.element);

  /** A wide screen has the list beside the view; a narrow one shows one of them. @param {View | "list"} value */
  const show = (value) => {
    if (value !== "list") {
      view = value;
      keep({ view: view === "map" ? "" : view });
    }
    const shown = wide.matches ? view : value;
    /** @type {HTMLInputElement} */ (places.querySelector(`input[value="${shown}"]`)).checked = true;
    columns.dataset["place"] = shown === "list" ? "list" : "view";
    for (const [name, { element }] of Object.entries(views)) element.hidden = name !== view;
    if (shown !== "list") views[view].show();
  };

  /** As `show`, for a person who leaves what covers a narrow screen. @param {View | "list"} value */
  const go = (value) => {
    if (!wide.matches && board.chosen) board.choose(null);
    show(value);
  };

  const parts = { board, page, list, timeline: views.timeline, show: go };
  const lone = new LoneAlerts(board);
  const doorstep = new DoorstepAlerts(board, me.roles.some((/** @type {string} */ each) => DECIDING.has(each)));
  const found = () => palette(board, actions(parts));
  page.main.replaceChildren(header({ board, page, me, list, show: go, find: found }), new Arrivals(board).element, lone.element, doorstep.element, columns);
  /** @type {Element | null} where the person was before the detail covered it */
  let before = null;
  board.addEventListener("select", () => {
    const opens = board.chosen && !columns.dataset["chosen"];
    if (opens) before = document.activeElement;
    columns.dataset["chosen"] = board.chosen ? "yes" : "";
    if (wide.matches) return;
    if (opens) detail.back.focus();
    else if (!board.chosen && before instanceof HTMLElement) (before.isConnected ? before : list.again(before))?.focus();
  });
  wide.addEventListener("change", () => show(wide.matches ? view : "list"));
  addEventListener("language", () => {
    localise(page.main);
    board.dispatchEvent(new CustomEvent("change", { detail: ["tasks", "reps", "zones"] }));
  });
  board.addEventListener("plan", () => planAgain(board, show));
  listenToKeys({ ...parts, detail, actions: () => actions(parts) });
  show(wide.matches || asked === "timeline" || asked === "tables" ? view : "list");
  void lone.read();
  void detail.announcements.read();
  void doorstep.read();
  await board.start();
  board.recall();
}
