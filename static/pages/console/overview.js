// Nothing is chosen: how all zones stand, and the ones that want a look, worst first.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { chip } from "parts/chip.js";
import { nothing } from "parts/empty.js";
import { COVERAGE, name, reason } from "pages/console/words.js";

const MOST = 12;

/** @param {import("pages/console/board.js").Board} board @param {import("pages/console/exceptions.js").Exceptions} exceptions */
export function overview(board, exceptions) {
  const zones = [...board.zones.values()].map(({ properties }) => properties);
  const order = Object.keys(COVERAGE);
  const worst = zones.filter(({ coverage }) => coverage !== "covered").sort((a, b) => order.indexOf(a.coverage) - order.indexOf(b.coverage) || b.open_tasks - a.open_tasks);
  return h("article", { class: "stack" },
    exceptions.shown(),
    h("h2", { t: "console.overview.title" }),
    h("ul", { class: "console-standing" }, [...order].reverse().map((coverage) => {
      const count = zones.filter((zone) => zone.coverage === coverage).length;
      const bar = h("li", { data: { coverage } }, h("b", { class: "number", text: count }), h("span", { t: `console.coverage.${coverage}` }));
      bar.style.flexGrow = String(count);
      return bar;
    })),
    worst.length
      ? h("ol", { class: "rows" }, worst.slice(0, MOST).map((zone) => h("li", null, h("button", { type: "button", class: "row", data: { id: zone.code }, on: { click: () => board.choose({ kind: "zone", id: zone.code }) } },
          h("span", { class: "grow" }, h("b", { text: `${zone.code} · ${name(zone)}` }), zone.reasons[0] && h("small", { text: reason(zone.reasons[0]) })),
          chip({ t: `console.coverage.${zone.coverage}`, ...COVERAGE[zone.coverage] })))))
      : zones.length > 0 && nothing({ t: "console.overview.fine", icon: "done" }),
    h("p", { class: "small muted", t: "console.choose.more" }),
    board.reps.size > 0 && button({ t: "console.plan", icon: "again", key: "R", action: () => board.dispatchEvent(new Event("plan")) }));
}
