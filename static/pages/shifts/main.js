// Who works when: a station's week, a day changed by hand, weeks that repeat, overtime, holidays, files.

import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import { failed, skeleton } from "parts/empty.js";
import { icon } from "parts/icon.js";
import { startPage } from "parts/page.js";
import { leaveWhenSignedOut, requireStaff } from "parts/session.js";
import { localise } from "parts/words.js";
import { grid } from "pages/shifts/grid.js";
import { holidays } from "pages/shifts/holidays.js";
import { importShifts } from "pages/shifts/import.js";
import { Model } from "pages/shifts/model.js";
import { overtime } from "pages/shifts/overtime.js";

const page = await startPage();
page.main.append(h("div", { class: "shifts-boot" }, skeleton(6)));
const me = await requireStaff(page).catch((error) => {
  page.main.replaceChildren(failed(error, () => location.reload()));
  return null;
});
if (me) await start();

async function start() {
  leaveWhenSignedOut(page);
  const model = new Model(page);
  const body = h("div", { class: "shifts-body" }, skeleton(6));
  const stations = h("select", { class: "input", name: "station", label: "shifts.station", on: { change: () => model.go({ station: stations.value }) } });
  const title = h("h2", { class: "shifts-week", "aria-live": "polite" });
  const out = h("a", { class: "button", download: "" }, icon("download"), h("span", { t: "shifts.export" }));
  page.main.replaceChildren(
    h("header", { class: "shifts-head" },
      h("a", { class: "button", href: "/console", data: { kind: "quiet", size: "icon" }, label: "shifts.back" }, icon("back")),
      h("h1", { t: "shifts.heading" }),
      h("div", { class: "cluster" },
        button({ t: "shifts.import", icon: "upload", action: () => importShifts(model) }), out,
        button({ t: "shifts.holidays", icon: "calendar", action: () => holidays(model) }))),
    h("div", { class: "shifts-bar" },
      h("div", { class: "cluster" },
        button({ t: "shifts.before", icon: "back", kind: "quiet", action: () => model.step(-7) }),
        button({ t: "shifts.now", kind: "quiet", action: () => model.go({ first: "" }) }),
        button({ t: "shifts.after", icon: "next", kind: "quiet", action: () => model.step(7) })),
      title, stations),
    body);
  const draw = () => {
    const { data, trouble } = model;
    if (!data) return void (trouble && body.replaceChildren(failed(trouble, () => model.load())));
    title.textContent = model.weekWords();
    stations.replaceChildren(h("option", { value: "", t: "shifts.all" }), ...data.stations.map((each) => h("option", { value: each, text: each, selected: each === model.station })));
    out.setAttribute("href", `${page.api.picture("/api/exports/shifts")}&first=${data.first}&days=7${model.station ? `&station=${encodeURIComponent(model.station)}` : ""}`);
    body.replaceChildren(...overtime(model), grid(model));
    model.focus(body);
  };
  model.addEventListener("change", draw);
  addEventListener("language", () => {
    localise(page.main);
    draw();
  });
  page.live.subscribe("reps", () => void model.load());
  await model.load();
}
