// The road of a file of zones: how it is to be read → faults on the map and in a list, with what would mend them → the
// difference from today → published, now or for later. Nothing is kept on the way: the file goes up again each time,
// with what was chosen, so that the same choices always give the same zones.

import { ApiError } from "lib/api.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { i18n } from "parts/words.js";
import { doubts, faults, places, readAs, readings, summary, warned } from "pages/console/import-report.js";
import { difference } from "pages/console/zone-difference.js";
import { faultMap } from "pages/console/zone-map.js";
import { mendsOf, Picks } from "pages/console/zone-mends.js";
import { publishing } from "pages/console/zone-publish.js";
import { ZoneReading } from "pages/console/zone-reading.js";

/** @typedef {import("pages/console/import-report.js").Report} Report */
/** @typedef {import("pages/console/import-report.js").Told} Told */

const STEPS = /** @type {const} */ (["read", "faults", "difference", "publish"]);
const READING = new Set(["missing_field", "unmapped", "datum_unasked", "which_layer", "no_such_layer", "bad_code", "wrong_crs", "datum_not_here", "outside_system", "coordinates_in_metres", "coordinates_of_a_plan"]); // what another reading may mend

export class ZoneRoad {
  /** @param {import("pages/console/board.js").Board} board @param {import("parts/page.js").Page} page @param {File} file @param {HTMLElement} place */
  constructor(board, page, file, place) {
    this.board = board;
    this.page = page;
    this.file = file;
    this.encoding = "";
    this.picks = new Picks();
    this.reading = new ZoneReading(page, file, () => void this.check(), (encoding) => this.saved(encoding));
    this.steps = h("ol", { class: "console-road" }, STEPS.map((step) => h("li", { data: { step } }, h("span", { t: `console.road.${step}` }))));
    this.told = h("div", { class: "stack" });
    place.replaceChildren(this.steps, this.reading.element, this.told);
  }

  /** GeoJSON says itself what it is: it is checked at once. Any other file is looked at first. */
  async begin() {
    if (/json$/i.test(this.file.name) && !this.reading.seen) await this.check();
    else await this.look();
  }

  /** @param {typeof STEPS[number]} step */
  at(step) {
    for (const each of this.steps.children) {
      const here = /** @type {HTMLElement} */ (each).dataset["step"] === step;
      if (here) each.setAttribute("aria-current", "step");
      else each.removeAttribute("aria-current");
    }
  }

  /** @param {string} encoding */
  saved(encoding) {
    this.encoding = encoding;
    this.reading.encoding = encoding;
    void this.begin();
  }

  async look() {
    this.at("read");
    this.told.replaceChildren(h("p", { t: "console.import.checking" }));
    try {
      await this.reading.look();
      this.told.replaceChildren();
      this.reading.element.open = true;
    } catch (error) {
      this.told.replaceChildren(...faults(error, (encoding) => this.saved(encoding)));
    }
  }

  async check() {
    this.told.replaceChildren(h("p", { t: "console.import.checking" }));
    try {
      const report = /** @type {Report} */ (await this.send({ dry_run: "true" }));
      this.reading.element.open = false;
      this.showDifference(report);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.showFaults(error);
    }
  }

  /** @param {ApiError} error */
  showFaults(error) {
    const found = /** @type {Told[]} */ (error.faults);
    const unread = found.some(({ code }) => READING.has(code));
    this.at(unread ? "read" : "faults");
    const asked = readings(found, (encoding) => this.saved(encoding));
    if (!found.length || (asked.length && found.length === 1)) {
      this.told.replaceChildren(...(asked.length ? asked : faults(error, (encoding) => this.saved(encoding))));
      return;
    }
    if (unread) void this.openReading();
    else this.reading.element.open = false;
    this.told.replaceChildren(
      note({ t: "console.import.faults", params: { count: found.length }, icon: "alert", tone: "bad" }),
      ...this.onTheMap(found),
      ...asked,
    );
  }

  async openReading() {
    if (!this.reading.seen) await this.reading.look().catch(() => {});
    if (this.reading.seen) this.reading.element.open = true;
  }

  /** Faults, or what is worth a look, with their places and mends. @param {Told[]} found */
  onTheMap(found) {
    const map = faultMap(this.board, found);
    const list = places(found, (told) => [
      map.can(told) && button({ t: "console.road.show", icon: "map", kind: "quiet", action: () => map.show(told) }),
      mendsOf(told, this.picks, (mend) => map.preview(told, mend)),
    ]);
    const offered = found.filter(({ params }) => params?.["mends"]?.length);
    return [
      map.element, list,
      ...(offered.length ? [h("div", { class: "cluster" },
        button({ t: "console.road.pick_first", kind: "quiet", icon: "check", action: () => this.picks.first(offered, list) }),
        button({ t: "console.road.mend", kind: "primary", icon: "again", action: () => this.check() }))] : []),
    ].filter((each) => each !== null);
  }

  /** @param {Report} report */
  showDifference(report) {
    this.at("difference");
    const { publish, button: take } = publishing((validFrom) => this.publish(report, validFrom), () => this.at("publish"));
    const [doubtful, confirm] = doubts(report, take);
    const drawn = report.warnings.filter(({ code, params }) => params?.["mends"]?.length || (params?.["shape"] && !code.startsWith("mend")));
    const mended = report.warnings.filter(({ code }) => code.startsWith("mend"));
    const others = report.warnings.filter((each) => !drawn.includes(each) && !mended.includes(each));
    this.told.replaceChildren(
      doubtful ?? note({ t: "console.import.clean", icon: "check", tone: "ok" }),
      ...readAs(report, this.encoding, (encoding) => this.saved(encoding)),
      ...(mended.length ? [h("h3", { t: "console.road.mended" }), places(mended)] : []),
      ...(this.picks.size ? [button({ t: "console.road.unmend", kind: "quiet", icon: "undo", action: () => { this.picks.clear(); return this.check(); } })] : []),
      ...(drawn.length ? [h("details", { class: "console-fold" }, h("summary", null, h("span", { t: "console.import.warnings" })), h("div", { class: "stack" }, this.onTheMap(drawn)))] : []),
      ...warned(others),
      ...summary(report),
      ...difference(this.board, report),
      ...(confirm ? [confirm] : []),
      publish,
    );
  }

  /** @param {Report} shown @param {string} validFrom an instant; empty: now */
  async publish(shown, validFrom) {
    this.at("publish");
    const asked = { ...(validFrom && { valid_from: validFrom }), ...(shown.doubts.length && { confirmed: "true" }) };
    try {
      const report = /** @type {Report} */ (await this.send(/** @type {Record<string, string>} */ (asked)));
      this.reading.element.hidden = true;
      this.told.replaceChildren(
        report.valid_from
          ? note({ t: "console.road.waits", params: { at: `${i18n.date(report.valid_from)} ${i18n.time(report.valid_from)}` }, icon: "done", tone: "ok" })
          : note({ t: "console.import.done", icon: "done", tone: "ok" }),
        ...summary(report));
      this.board.everything();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // What is to be confirmed has changed since it was shown: it is shown anew.
      if (error.code === "import_unconfirmed") await this.check();
      else this.showFaults(error);
    }
  }

  /** @param {Record<string, string>} asked */
  async send(asked) {
    const { crs, layer, columns } = this.reading.said();
    const given = { ...asked, encoding: this.encoding, crs };
    const query = new URLSearchParams(Object.entries(given).filter(([, value]) => value));
    const fields = { layer, columns: columns ? JSON.stringify(columns) : "", mends: this.picks.size ? JSON.stringify(this.picks.all()) : "" };
    return this.page.api.upload(`/api/imports/zones?${query}`, { file: this.file, name: this.file.name, fields });
  }
}
