// How a file of zones is to be read: its layer, the datum that its coordinates are in, which column holds what. The
// datum is always a person's word; the columns are proposed, as they were last time or as such columns are called.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { field } from "parts/field.js";
import { i18n, t } from "parts/words.js";

/** @typedef {{column: string | null, value: string | null}} How */
/** @typedef {{format: string, layers: {name: string, areas: boolean}[], layer: string | null, features: number, crs: string, crs_title: string, encoding: string,
 *   columns: {name: string, samples: string[]}[], fields: {name: string, required: boolean}[], columns_proposed: Record<string, How>}} Seen */

const DATUMS = /** @type {const} */ (["wgs84", "cgcs2000", "gcj02", "bd09"]);
const FIXED = "\u0000"; // no column is called that

export class ZoneReading {
  /** @param {import("parts/page.js").Page} page @param {File} file @param {() => void} check @param {(encoding: string) => void} saved */
  constructor(page, file, check, saved) {
    this.page = page;
    this.file = file;
    this.check = check;
    this.saved = saved;
    this.encoding = "";
    this.layer = "";
    this.crs = "";
    /** @type {Seen | null} */
    this.seen = null;
    /** @type {Record<string, How>} */
    this.columns = {};
    this.body = h("div", { class: "stack" });
    this.element = h("details", { class: "console-fold console-reading", on: { toggle: () => this.element.open && !this.seen && void this.look().catch((error) => this.failed(error)) } },
      h("summary", null, h("span", { t: "console.road.reading" })), this.body);
  }

  /** What was said; empty where nothing was, and the file speaks for itself. */
  said() {
    if (!this.seen) return { crs: "", layer: "", columns: null };
    /** @type {Record<string, {column: string} | {value: string}>} */
    const columns = {};
    for (const [name, { column, value }] of Object.entries(this.columns)) {
      if (column) columns[name] = { column };
      else if (value?.trim()) columns[name] = { value: value.trim() };
    }
    return { crs: this.crs, layer: this.layer, columns };
  }

  /** @param {unknown} error */
  failed(error) {
    this.body.replaceChildren(note({ text: i18n.error(/** @type {any} */ (error)), icon: "alert", tone: "bad" }));
  }

  async look() {
    const query = this.encoding ? `?encoding=${encodeURIComponent(this.encoding)}` : "";
    const seen = /** @type {Seen} */ (await this.page.api.upload(`/api/imports/zones/inspection${query}`, { file: this.file, name: this.file.name, fields: { layer: this.layer } }));
    this.seen = seen;
    this.columns = seen.columns_proposed;
    this.layer = seen.layer ?? this.layer;
    this.draw(seen);
  }

  /** @param {Seen} seen */
  draw(seen) {
    this.body.replaceChildren(
      h("p", { t: "console.road.holds", params: { format: seen.format, count: seen.features } }),
      ...(seen.layers.length > 1 ? [this.layers(seen)] : []),
      this.datum(seen),
      ...(seen.columns.length ? [this.table(seen)] : []),
      button({ t: "console.road.check", kind: "primary", icon: "check", action: () => this.ready(seen) && this.check() }),
    );
  }

  /** @param {Seen} seen */
  layers(seen) {
    const select = h("select", { class: "input", name: "layer", on: { change: () => {
      this.layer = select.value;
      void this.look().catch((error) => this.failed(error));
    } } },
      !seen.layer && h("option", { value: "", t: "console.road.choose" }),
      seen.layers.map(({ name, areas }) => h("option", { value: name, text: name, selected: name === seen.layer, disabled: !areas })));
    return field({ t: "console.road.layer", name: "layer", input: /** @type {any} */ (select) });
  }

  /** @param {Seen} seen */
  datum(seen) {
    const own = seen.crs && !DATUMS.some((each) => each === this.crs);
    const code = h("input", { class: "input", name: "epsg", inputmode: "text", value: own ? seen.crs : "", placeholder: "console.road.epsg.example", ariaLabel: t("console.road.epsg"), autocomplete: "off",
      on: { input: () => (this.crs = code.value.trim()) } });
    const select = h("select", { class: "input", name: "datum", on: { change: () => {
      code.hidden = select.value !== "epsg";
      this.crs = select.value === "epsg" ? code.value.trim() : select.value;
      this.asked?.fault(null);
    } } },
      h("option", { value: "", t: seen.format === "GeoJSON" ? "console.datum.geojson" : "console.road.choose" }),
      DATUMS.map((each) => h("option", { value: each, t: `console.datum.${each}`, selected: each === this.crs })),
      h("option", { value: "epsg", t: "console.datum.epsg" }));
    code.hidden = true;
    this.asked = field({ t: "console.road.datum", name: "datum", input: /** @type {any} */ (select), hint: "console.road.datum.hint" });
    const said = seen.crs ? t("console.road.said", { crs: seen.crs, title: seen.crs_title }) : t("console.road.said.nothing");
    return h("div", { class: "stack" }, this.asked, code, h("p", { class: "small muted", text: said }));
  }

  /** @param {Seen} seen */
  table(seen) {
    const needed = seen.fields.filter(({ required }) => required);
    const others = seen.fields.filter(({ required }) => !required);
    const known = others.filter(({ name }) => this.columns[name]).length;
    return h("div", { class: "stack" },
      h("h3", { t: "console.road.columns" }),
      h("div", { class: "console-mapping" }, needed.map(({ name }) => this.row(seen, name, true))),
      h("details", { class: "console-fold" }, h("summary", null, h("span", { t: "console.road.columns.more", params: { count: known } })),
        h("div", { class: "console-mapping" }, others.map(({ name }) => this.row(seen, name, false)))));
  }

  /** @param {Seen} seen @param {string} name @param {boolean} required */
  row(seen, name, required) {
    const how = this.columns[name] ?? { column: null, value: null };
    const sample = h("small", { class: "muted" });
    const value = h("input", { class: "input", name: `value-${name}`, value: how.value ?? "", ariaLabel: t("console.road.value", { field: t(`console.field.${name}`) }), autocomplete: "off", maxlength: 200,
      on: { input: () => (this.columns[name] = { column: null, value: value.value }) } });
    const select = h("select", { class: "input", name: `column-${name}`, on: { change: () => shown() } },
      h("option", { value: "", t: required ? "console.road.choose" : "console.road.no_column" }),
      seen.columns.map((column) => h("option", { value: column.name, text: column.name, selected: column.name === how.column })),
      h("option", { value: FIXED, t: "console.road.fixed", selected: how.value !== null && how.value !== undefined }));
    const shown = () => {
      const column = select.value === FIXED ? null : select.value || null;
      this.columns[name] = { column, value: select.value === FIXED ? value.value : null };
      value.hidden = select.value !== FIXED;
      const samples = seen.columns.find((each) => each.name === column)?.samples ?? [];
      sample.textContent = samples.join(" · ");
    };
    const line = field({ t: `console.field.${name}`, name: `column-${name}`, input: /** @type {any} */ (select), optional: false });
    line.append(value, sample);
    line.dataset["field"] = name;
    shown();
    return line;
  }

  /** Whether all is said that has to be; what is not is marked. @param {Seen} seen */
  ready(seen) {
    let first = /** @type {HTMLElement | null} */ (null);
    const unsaid = seen.format !== "GeoJSON" && !this.crs;
    this.asked?.fault(unsaid ? "console.road.datum.needed" : null);
    if (unsaid) first = this.asked?.control ?? null;
    for (const { name, required } of seen.fields) {
      const line = /** @type {any} */ (this.body.querySelector(`[data-field="${name}"]`));
      const how = this.columns[name];
      const lacks = required && !how?.column && !how?.value?.trim();
      line?.fault(lacks ? "console.road.needed" : null);
      if (lacks) first ??= line?.control ?? null;
    }
    first?.focus();
    return first === null;
  }
}
