// What is told of a file: every fault with its place, what would change, what it was read as, what is doubtful about
// it. Zones, people and addresses are told in the same words.

import { ApiError } from "lib/api.js";
import { h } from "parts/dom.js";
import { note } from "parts/chip.js";
import { i18n, t } from "parts/words.js";
import { addressCounts } from "pages/console/import-addresses.js";
import { reason } from "pages/console/words.js";

const ENCODINGS = ["utf-8", "gb18030", "big5", "windows-1252", "windows-1250", "windows-1251", "shift_jis", "euc-kr", "utf-16"];

/** @typedef {{id: string, kind: string, before_m2?: number, after_m2?: number, after?: any, code?: string, other?: string}} Mend */
/** @typedef {{code: string, where: string, params: Record<string, any>}} Told `params.shape`, `params.mends`: where it is, what would mend it */
/** @typedef {{kind: string, added: string[], changed: {code: string, fields: string[]}[], removed: string[], unchanged: number,
 *   warnings: Told[], doubts: Told[], encoding: string, sample: string[], sign_ins: {code: string, name: string, link: string}[],
 *   moved: {code: string, gained_m2: number, lost_m2: number}[], valid_from: string | null, version_id: string | null,
 *   going: {code: string, name: string, owner: string | null, meters: string[], open_tasks: number}[],
 *   drawings: Record<string, {before: any, after: any}>}} Report */

/** @param {Report} report */
export function summary(report) {
  const { added, changed, removed, unchanged } = report;
  const list = (/** @type {string} */ key, /** @type {string[]} */ codes) => codes.length > 0 && h("details", { class: "console-fold" },
    h("summary", null, h("span", { t: key, params: { count: codes.length } })), h("p", { class: "small", text: i18n.list(codes) }));
  const rows = "doors" in report ? addressCounts(/** @type {any} */ (report)) : [
    list("console.import.added", added),
    list("console.import.changed", changed.map(({ code, fields }) => `${code} (${fields.join(", ")})`)),
    list("console.import.removed", removed),
    h("p", { class: "muted", t: "console.import.unchanged", params: { count: unchanged } }),
  ];
  return /** @type {Node[]} */ (rows.filter(Boolean));
}

/** What is worth a look and stops nothing. @param {Told[]} warnings */
export function warned(warnings) {
  return warnings.length ? [h("details", { class: "console-fold" }, h("summary", null, h("span", { t: "console.import.warnings" })), places(warnings))] : [];
}

/** What the file was read as, with some of its names to see it by, and the choice of another. @param {Report} report @param {string} chosen @param {(encoding: string) => void} again */
export function readAs({ encoding, sample }, chosen, again) {
  if (!encoding) return [];
  return [h("details", { class: "console-fold", open: encoding !== "utf-8" },
    h("summary", null, h("span", { t: "console.import.read_as", params: { encoding } })),
    sample.length > 0 && h("p", { class: "small", t: "console.import.sample", params: { sample: i18n.list(sample) } }),
    savedAs(chosen, again))];
}

/** The choice of an encoding. @param {string} chosen @param {(encoding: string) => void} again */
function savedAs(chosen, again) {
  const known = !chosen || ENCODINGS.includes(chosen) ? ENCODINGS : [chosen, ...ENCODINGS];
  const select = h("select", { class: "input", id: "import-encoding", on: { change: () => again(select.value) } },
    h("option", { value: "", t: "console.import.encoding.auto" }),
    known.map((each) => h("option", { value: each, text: each, selected: each === chosen })));
  return h("div", { class: "stack" }, h("label", { class: "small", for: "import-encoding", t: "console.import.encoding" }), select);
}

/** What must be confirmed before the button works, and the tick that confirms it. @param {Report} report @param {HTMLButtonElement} take @returns {HTMLElement[]} */
export function doubts({ doubts: found = [] }, take) {
  if (!found.length) return [];
  take.disabled = true;
  const box = h("input", { type: "checkbox", on: { change: () => (take.disabled = !box.checked) } });
  return [
    note({ t: "console.import.doubts", icon: "alert", tone: "warn" }, h("ul", { class: "console-doubts" }, found.map((each) => h("li", { text: reason(each) })))),
    h("label", { class: "tick-line" }, box, h("span", { t: "console.import.confirm" })),
  ];
}

/** @param {unknown} error @param {(encoding: string) => void} again */
export function faults(error, again) {
  if (!(error instanceof ApiError)) throw error;
  const { faults: found } = error;
  const asked = readings(found, again);
  if (asked.length && found.length === 1) return asked; // the fault says the same, for programs
  return found.length
    ? [note({ t: "console.import.faults", params: { count: found.length }, icon: "alert", tone: "bad" }), places(/** @type {Told[]} */ (found)), ...asked]
    : [note({ text: i18n.error(error), icon: "alert", tone: "bad" })];
}

/** A file in an encoding that is not sure: each way to read it is a button with what it would read. @param {{params?: Record<string, unknown>}[]} found @param {(encoding: string) => void} again */
export function readings(found, again) {
  const doubtful = found.find(({ params }) => Array.isArray(params?.["readings"]));
  if (!doubtful) return [];
  const all = /** @type {{encoding: string, sample: string}[]} */ (doubtful.params?.["readings"]);
  return [
    note({ t: "console.import.not_sure", params: { line: doubtful.params?.["line"] }, icon: "alert", tone: "warn" }),
    ...(all.length ? [h("p", { t: "console.import.choose_reading" })] : []),
    h("div", { class: "console-readings" }, all.map(({ encoding, sample }) =>
      h("button", { type: "button", class: "console-row", data: { reading: encoding }, on: { click: () => again(encoding) } }, h("b", { text: sample }), h("small", { class: "muted", text: encoding })))),
    savedAs("", again),
  ];
}

/** @param {Told[]} found @param {(told: Told) => any} [more] what stands below each */
export function places(found, more = () => null) {
  return h("ol", { class: "console-faults", tabindex: 0, label: "console.import.list" }, found.map((told) =>
    h("li", { data: { fault: told.code } }, h("b", { text: placeOf(told.where, told.params ?? {}) }), h("div", { class: "stack" }, h("span", { text: reason({ code: told.code, params: told.params ?? {} }) }), more(told)))));
}

/** Where in the file, in the reader's words. @param {string} where @param {Record<string, unknown>} params */
function placeOf(where, params) {
  const kind = ["line", "feature", "unit"].find((each) => typeof params[each] === "number");
  const place = kind ? t(`console.import.${kind}`, { [kind]: params[kind] }) : where.startsWith("file") ? t("console.import.file") : where;
  const field = params["field"];
  if (typeof field !== "string") return place;
  return `${place} · ${i18n.has(`console.field.${field}`) ? t(`console.field.${field}`) : field}`;
}

/** Shown once: the server keeps only what proves them. @param {Report} report */
export function links({ sign_ins = [] }) {
  if (!sign_ins.length) return [];
  const text = sign_ins.map((each) => `${each.code}\t${each.name}\t${each.link}`).join("\n");
  return [note({ t: "console.import.links", icon: "link" }, h("textarea", { class: "input", readonly: true, rows: 4, ariaLabel: t("console.import.links"), value: text }))];
}
