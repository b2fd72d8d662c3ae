// Today's route: the next stop large, the rest as rows, or all of it on the map.

import { h } from "parts/dom.js";
import { failed, nothing, skeleton } from "parts/empty.js";
import { segmented } from "parts/field.js";
import { redraw } from "parts/redraw.js";
import { i18n } from "parts/words.js";
import { nextCard } from "pages/rep/next-card.js";
import { next } from "pages/rep/overlay.js";
import { RouteMap } from "pages/rep/route-map.js";
import { stopRow } from "pages/rep/stop-row.js";
import { told } from "pages/rep/told.js";
import { zoneNotices } from "pages/rep/zone-notices.js";

export class RouteView {
  /** @param {import("pages/rep/work.js").Work} work @param {import("pages/rep/places.js").Places} places @param {import("parts/page.js").Page} page @param {import("pages/rep/sites.js").Sites} sites */
  constructor(work, places, page, sites) {
    this.sites = sites;
    this.work = work;
    this.places = places;
    this.page = page;
    this.view = "list";
    /** @type {RouteMap | null} */
    this.map = null;
    this.content = h("div", { class: "stack" });
    this.element = h("div", { class: "screen stack rep-route" },
      segmented({ name: "view", label: "rep.view", value: this.view,
        options: [{ value: "list", t: "rep.view.list" }, { value: "map", t: "rep.view.map" }],
        change: (view) => {
          this.view = view;
          this.show();
        } }),
      this.content);
  }

  show() {
    const { route, trouble } = this.work;
    if (!route) {
      redraw(this.content, () => this.content.replaceChildren(trouble ? failed(trouble, () => this.work.refresh()) : skeleton(4)));
      return;
    }
    if (this.view === "map") {
      // A map that the list or a task has taken off the page does not come back to life.
      if (!this.map || this.map.gone) this.map = new RouteMap((task) => this.places.open(task));
      const { element } = this.map;
      if (!this.content.contains(element)) redraw(this.content, () => this.content.replaceChildren(element));
      void this.map.show(route);
      return;
    }
    const first = next(route.stops);
    const rest = route.stops.filter((stop) => stop !== first);
    redraw(this.content, () => this.content.replaceChildren(
      ...zoneNotices(this.work),
      ...(this.work.escalated?.cards() ?? []),
      ...told(this.work),
      ...(first ? [nextCard(first, this.work, this.places, this.page, this.sites)] : []),
      ...(route.stops.length ? [] : [nothing({ t: "rep.empty", more: "rep.empty.more", icon: "calendar" })]),
      ...(!first && route.stops.length ? [nothing({ t: "rep.all_done", more: "rep.all_done.more", icon: "done" })] : []),
      ...(rest.length ? [h("h2", { t: first === route.stops[0] ? "rep.later" : "rep.today" }), h("ol", { class: "rows" }, rows(rest, route, (stop) => stopRow(stop, this.places, this.work.announced)))] : []),
    ));
  }
}

/** The stops with the break where it is planned. @param {import("pages/rep/overlay.js").Stop[]} stops @param {import("pages/rep/overlay.js").Route} route @param {(stop: import("pages/rep/overlay.js").Stop) => Node} row */
function rows(stops, route, row) {
  const made = stops.map((stop) => ({ at: stop.position, node: row(stop) }));
  const pause = route.rest;
  if (pause) {
    const place = made.findIndex(({ at }) => at >= pause.position);
    const node = h("li", { class: "row rep-break" }, h("time", { class: "rep-time number", text: i18n.time(pause.starts_at) }),
      h("span", { class: "grow" }, h("b", { t: "rep.break" })), h("span", { class: "muted", text: `${i18n.time(pause.starts_at)}–${i18n.time(pause.ends_at)}` }));
    made.splice(place < 0 ? made.length : place, 0, { at: pause.position, node });
  }
  return made.map(({ node }) => node);
}
