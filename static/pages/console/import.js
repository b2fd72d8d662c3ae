// Files of zones, people and addresses: checked whole before anything is stored. First what would change and every
// fault with its place, then, if it is clean, one press that takes all of it; what is doubtful about it is confirmed
// before that press works. A file of zones goes a longer road (`zone-road.js`). The browser's own file button speaks
// the browser's language, not the reader's: it lies unseen over ours.

import { ApiError } from "lib/api.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { icon } from "parts/icon.js";
import { sheet } from "parts/dialog.js";
import { kindOf } from "pages/console/import-addresses.js";
import { doubts, faults, links, readAs, summary, warned } from "pages/console/import-report.js";
import { deriving, fromNetwork } from "pages/console/zone-derive.js";
import { takenOut } from "pages/console/zone-export.js";
import { ZoneRoad } from "pages/console/zone-road.js";
import { sources } from "pages/console/zone-sources.js";
import { versions } from "pages/console/zone-versions.js";

/** @typedef {import("pages/console/import-report.js").Report} Report */

/** @param {import("pages/console/board.js").Board} board @param {import("parts/page.js").Page} page */
export async function importFile(board, page) {
  const result = h("div", { class: "stack", role: "status" });
  const name = h("b", { t: "console.import.drop" });
  const input = h("input", { type: "file", accept: ".geojson,.json,.gpkg,.zip,.kml,.csv,.txt,.osm,.gz,.inp", id: "import-file", on: { change: () => input.files?.[0] && void start(input.files[0]) } });
  const drop = h("label", { class: "console-drop", for: "import-file",
    on: {
      dragover: (event) => event.preventDefault(),
      drop: (event) => {
        event.preventDefault();
        if (event.dataTransfer.files[0]) void start(event.dataTransfer.files[0]);
      },
    } }, icon("upload"), name, h("span", { class: "muted", t: "console.import.formats" }), input);
  const before = versions(board, page, (/** @type {Node[]} */ ...shown) => result.replaceChildren(...shown));

  const derived = fromNetwork(board, page);
  const others = sources(board, page, result, () => (derived.hidden = before.hidden = drop.hidden = others.hidden = true));

  /** @param {File} file */
  async function start(file) {
    name.textContent = file.name;
    drop.dataset["chosen"] = ""; // it gives its space to what is told of the file
    delete name.dataset["t"];
    before.hidden = true;
    input.value = ""; // the same file can be chosen again, once it was mended
    derived.hidden = others.hidden = true;
    if (/\.inp$/i.test(file.name)) deriving(board, page, result, file);
    else if ((await kindOf(file)) === "zones") await new ZoneRoad(board, page, file, result).begin();
    else await check(file);
  }

  /** @param {File} file @param {string} [encoding] as the file was saved; found out when it is left out */
  async function check(file, encoding = "") {
    result.replaceChildren(h("p", { t: "console.import.checking" }));
    const again = (/** @type {string} */ chosen) => void check(file, chosen);
    try {
      const report = /** @type {Report} */ (await send(file, { encoding, dry_run: "true" }));
      const take = button({ t: "console.import.apply", kind: "primary", icon: "check", action: () => apply(file, encoding, (report.doubts ?? []).length > 0) });
      const [doubtful, confirm] = doubts(report, take);
      result.replaceChildren(doubtful ?? note({ t: "console.import.clean", icon: "check", tone: "ok" }), ...readAs(report, encoding, again), ...summary(report), ...warned(report.warnings), ...(confirm ? [confirm] : []), take);
    } catch (error) {
      result.replaceChildren(...faults(error, again));
    }
  }

  /** @param {File} file @param {string} encoding @param {boolean} confirmed */
  async function apply(file, encoding, confirmed) {
    const again = (/** @type {string} */ chosen) => void check(file, chosen);
    try {
      const report = /** @type {Report} */ (await send(file, confirmed ? { encoding, confirmed: "true" } : { encoding }));
      result.replaceChildren(note({ t: "console.import.done", icon: "done", tone: "ok" }), ...summary(report), ...warned(report.warnings), ...links(report));
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

  await sheet({ t: "console.import.title", text: "console.import.lead", body: [drop, result, derived, others, before, takenOut(page)], actions: [{ value: "close", t: "common.close" }] });
}
