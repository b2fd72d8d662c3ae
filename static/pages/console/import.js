// Files of zones and representatives: checked whole before anything is stored. First what would change and every fault
// with its place, then, if it is clean, one press that takes all of it. The browser's own file button speaks the
// browser's language, not the reader's: it lies unseen over ours.

import { ApiError } from "lib/api.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { icon } from "parts/icon.js";
import { sheet } from "parts/dialog.js";
import { i18n, t } from "parts/words.js";
import { addressCounts, kindOf } from "pages/console/import-addresses.js";
import { reason } from "pages/console/words.js";

/** @typedef {{kind: string, added: string[], changed: {code: string, fields: string[]}[], removed: string[], unchanged: number,
 *   warnings: {code: string, where: string, params: Record<string, unknown>}[], sign_ins: {code: string, name: string, link: string}[]}} Report */

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

  /** @param {File} file */
  async function check(file) {
    const kind = await kindOf(file);
    name.textContent = file.name;
    delete name.dataset["t"];
    result.replaceChildren(h("p", { t: "console.import.checking" }));
    try {
      const report = /** @type {Report} */ (await page.api.upload(`/api/imports/${kind}?dry_run=true`, { file, name: file.name }));
      result.replaceChildren(note({ t: "console.import.clean", icon: "check", tone: "ok" }), ...summary(report), button({ t: "console.import.apply", kind: "primary", icon: "check", action: () => apply(kind, file) }));
    } catch (error) {
      result.replaceChildren(...faults(error));
    }
  }

  /** @param {string} kind @param {File} file */
  async function apply(kind, file) {
    try {
      const report = /** @type {Report} */ (await page.api.upload(`/api/imports/${kind}`, { file, name: file.name }));
      result.replaceChildren(note({ t: "console.import.done", icon: "done", tone: "ok" }), ...summary(report), ...links(report));
      board.soon(["zones", "reps", "tasks"]);
    } catch (error) {
      result.replaceChildren(...faults(error));
    }
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

/** @param {unknown} error */
function faults(error) {
  if (!(error instanceof ApiError)) throw error;
  const { faults: found } = error;
  return found.length
    ? [note({ t: "console.import.faults", params: { count: found.length }, icon: "alert", tone: "bad" }), places(found)]
    : [note({ text: i18n.error(error), icon: "alert", tone: "bad" })];
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
