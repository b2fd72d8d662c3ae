// The dispatcher's console: is every zone looked after, which job is late, who is nearest and able.

import { h } from "parts/dom.js";
import { failed, skeleton } from "parts/empty.js";
import { segmented } from "parts/field.js";
import { startPage } from "parts/page.js";
import { requireStaff } from "parts/session.js";
import { Arrivals } from "pages/console/arrivals.js";
import { Board } from "pages/console/board.js";
import { Detail } from "pages/console/detail.js";
import { header } from "pages/console/header.js";
import { listenToKeys } from "pages/console/keys.js";
import { MapView } from "pages/console/map-view.js";
import { Tables } from "pages/console/tables.js";
import { TaskList } from "pages/console/task-list.js";
import { Timeline } from "pages/console/timeline.js";

const page = await startPage();
page.main.append(skeleton(5));
const me = await requireStaff(page).catch((error) => {
  page.main.replaceChildren(failed(error, () => location.reload()));
  return null;
});
if (me) await start();

async function start() {
  const board = new Board(page);
  const views = { map: new MapView(board), tables: new Tables(board), timeline: new Timeline(board) };
  const list = new TaskList(board);
  const detail = new Detail(board);
  const middle = h("section", { class: "console-middle", label: "console.overview" });
  const place = h("div", { class: "console-place" });
  const places = segmented({ name: "view", label: "console.overview", value: "map",
    options: [{ value: "map", t: "console.view.map" }, { value: "tables", t: "console.view.tables" }, { value: "timeline", t: "console.view.timeline" }],
    change: (view) => show(/** @type {keyof typeof views} */ (view)) });
  middle.append(places, place);
  /** @param {keyof typeof views} view */
  const show = (view) => {
    const input = /** @type {HTMLInputElement} */ (places.querySelector(`input[value="${view}"]`));
    input.checked = true;
    place.replaceChildren(views[view].element);
    views[view].show();
  };
  const columns = h("div", { class: "console", data: { narrow: "list" } }, list.element, middle, detail.element);
  page.main.replaceChildren(header(board, page, me), new Arrivals(board).element, columns);
  board.addEventListener("select", () => {
    columns.dataset["narrow"] = board.chosen ? "detail" : "list";
  });
  listenToKeys({ list, show, board, page });
  show("map");
  await board.start();
  if (!board.loaded) page.main.append(failed(board.trouble, () => location.reload()));
  board.recall();
}
