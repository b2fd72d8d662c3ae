// Files of zones and representatives: checked whole before anything is stored. First what would change and every fault
// with its place, then, if it is clean, one press that takes all of it; what is doubtful about it is confirmed before
// that press works. What the file was read as is shown with some of its names, and another encoding can be chosen. The
// browser's own file button speaks the browser's language, not the reader's: it lies unseen over ours.

import { ApiError } from "lib/api.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { icon } from "parts/icon.js";
import { sheet } from "parts/dialog.js";
import { i18n, t } from "parts/words.js";
import { addressCounts, kindOf } from "pages/console/import-addresses.js";
import { reason } from "pages/console/words.js";

const ENCODINGS = ["utf-8", "gb18030", "big5", "windows-1252", "windows-1250", "windows-1251", "shift_jis", "euc-kr", "utf-16"];

/** @typedef {{code: string, where: string, params: Record<string, unknown>}} Told */
/** @typedef {{kind: string, added: string[], changed: {code: string, fields: string[]}[], removed: string[], unchanged: number,
 *   warnings: Told[], doubts: Told[], encoding: string, sample: string[], sign_ins: {code: string, name: string, link: string}[]}} Report */

/** @param {import("pages/console/board.js").Board} board @param {import("parts/page.js").Page} page */
export async function importFile(board, page) {
  const result = h("div", { class: "stack", role: "status" });
  const name = h("b", { t: "console.import.drop" });
  const input = h("input", { type: "file", accept: ".geojson,.json,.csv,.osm,.gz", id: "import-file", on: { change: () => input.files?.[0] && void check(input.files[0]) } });
  const drop = h("label", { class: "console-drop", for: "import-file",
    on: {
      dragover: (event) => event.preventDefault(),
      drop: (event) => {
        event.preventDefault();
        if (event.dataTransfer.files[0]) void check(event.dataTransfer.files[0]);
      },
    } }, icon("upload"), name, h("span", { class: "muted", t: "console.import.formats" }), input);

  /** @param {File} file @param {string} [encoding] as the file was saved; found out when it is left out */
  async function check(file, encoding = "") {
    name.textContent = file.name;
    drop.dataset["chosen"] = ""; // it gives its space to what is told of the file
    delete name.dataset["t"];
    result.replaceChildren(h("p", { t: "console.import.checking" }));
    const again = (/** @type {string} */ chosen) => void check(file, chosen);
    try {
      const report = /** @type {Report} */ (await send(file, { encoding, dry_run: "true" }));
      const take = button({ t: "console.import.apply", kind: "primary", icon: "check", action: () => apply(file, encoding, (report.doubts ?? []).length > 0) });
      const [doubtful, confirm] = doubts(report, take);
      result.replaceChildren(doubtful ?? note({ t: "console.import.clean", icon: "check", tone: "ok" }), ...readAs(report, encoding, again), ...summary(report), ...(confirm ? [confirm] : []), take);
    } catch (error) {
      result.replaceChildren(...faults(error, again));
    }
  }

  /** @param {File} file @param {string} encoding @param {boolean} confirmed */
  async function apply(file, encoding, confirmed) {
    const again = (/** @type {string} */ chosen) => void check(file, chosen);
    try {
      const report = /** @type {Report} */ (await send(file, confirmed ? { encoding, confirmed: "true" } : { encoding }));
      result.replaceChildren(note({ t: "console.import.done", icon: "done", tone: "ok" }), ...summary(report), ...links(report));
      board.everything();
    } catch (error) {
      // What is to be confirmed has changed since it was shown: it is shown anew.
      if (error instanceof ApiError && error.code === "import_unconfirmed") again(encoding);
      else result.replaceChildren(...faults(error, again));
    }
  }

  /** @param {File} file @param {Record<string, string>} asked */
  async function send(file, asked) {
    const kind = await kindOf(file);
    const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value));
    return page.api.upload(`/api/imports/${kind}?${query}`, { file, name: file.name });
  }

  await sheet({ t: "console.import.title", text: "console.import.lead", body: [drop, result], actions: [{ value: "close", t: "common.close" }] });
}

/** @param {Report} report */
function summary(report) {
  const { added, changed, removed, unchanged, warnings } = report;
  const list = (/** @type {string} */ key, /** @type {string[]} */ codes) => codes.length > 0 && h("details", { class: "console-fold" },
    h("summary", null, h("span", { t: key, params: { count: codes.length } })), h("p", { class: "small", text: i18n.list(codes) }));
  const rows = "doors" in report ? addressCounts(/** @type {any} */ (report)) : [
    list("console.import.added", added),
    list("console.import.changed", changed.map(({ code, fields }) => `${code} (${fields.join(", ")})`)),
    list("console.import.removed", removed),
    h("p", { class: "muted", t: "console.import.unchanged", params: { count: unchanged } }),
  ];
  return /** @type {Node[]} */ ([
    ...rows,
    warnings.length > 0 && h("details", { class: "console-fold" }, h("summary", null, h("span", { t: "console.import.warnings" })), places(warnings)),
  ].filter(Boolean));
}

/** What the file was read as, with some of its names to see it by, and the choice of another. @param {Report} report @param {string} chosen @param {(encoding: string) => void} again */
function readAs({ encoding, sample }, chosen, again) {
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
function doubts({ doubts: found = [] }, take) {
  if (!found.length) return [];
  take.disabled = true;
  const box = h("input", { type: "checkbox", on: { change: () => (take.disabled = !box.checked) } });
  return [
    note({ t: "console.import.doubts", icon: "alert", tone: "warn" }, h("ul", { class: "console-doubts" }, found.map((each) => h("li", { text: reason(each) })))),
    h("label", { class: "tick-line" }, box, h("span", { t: "console.import.confirm" })),
  ];
}

/** @param {unknown} error @param {(encoding: string) => void} again */
function faults(error, again) {
  if (!(error instanceof ApiError)) throw error;
  const { faults: found } = error;
  const asked = readings(found, again);
  if (asked.length && found.length === 1) return asked; // the fault says the same, for programs
  return found.length
    ? [note({ t: "console.import.faults", params: { count: found.length }, icon: "alert", tone: "bad" }), places(found), ...asked]
    : [note({ text: i18n.error(error), icon: "alert", tone: "bad" })];
}

/** A file in an encoding that is not sure: each way to read it is a button with what it would read. @param {{params?: Record<string, unknown>}[]} found @param {(encoding: string) => void} again */
function readings(found, again) {
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

/** @param {{code: string, where: string, params?: Record<string, unknown>}[]} found */
function places(found) {
  return h("ol", { class: "console-faults" }, found.map(({ code, where, params = {} }) =>
    h("li", null, h("b", { text: placeOf(where, params) }), h("span", { text: reason({ code, params }) }))));
}

/** Where in the file, in the reader's words. @param {string} where @param {Record<string, unknown>} params */
function placeOf(where, params) {
  const kind = ["line", "feature", "unit"].find((each) => typeof params[each] === "number");
  const place = kind ? t(`console.import.${kind}`, { [kind]: params[kind] }) : where === "file" ? t("console.import.file") : where;
  return typeof params["field"] === "string" ? `${place} · ${params["field"]}` : place;
}

/** Shown once: the server keeps only what proves them. @param {Report} report */
function links({ sign_ins = [] }) {
  if (!sign_ins.length) return [];
  const text = sign_ins.map((each) => `${each.code}\t${each.name}\t${each.link}`).join("\n");
  return [note({ t: "console.import.links", icon: "link" }, h("textarea", { class: "input", readonly: true, rows: 4, ariaLabel: t("console.import.links"), value: text }))];
}
