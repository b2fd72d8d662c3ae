// The versions of the zones: which one is theirs now, which one waits, and the way back.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { ask } from "parts/dialog.js";
import { chip, note } from "parts/chip.js";
import { i18n } from "parts/words.js";
import { doubts, summary } from "pages/console/import-report.js";
import { difference } from "pages/console/zone-difference.js";

/** @typedef {import("pages/console/import-report.js").Report} Report */
/** @typedef {{id: string, state: string, cause: string, name: string, published_at: string, valid_from: string, by: string, counts: Record<string, number>, last: boolean}} Version */

const TONES = /** @type {Record<string, import("parts/chip.js").Tone>} */ ({ waiting: "warn", taken: "", undone: "", withdrawn: "" });

/** @param {import("pages/console/board.js").Board} board @param {import("parts/page.js").Page} page @param {(...shown: Node[]) => void} tell */
export function versions(board, page, tell) {
  const list = h("ol", { class: "rows console-versions" });
  const element = h("details", { class: "console-fold", on: { toggle: () => element.open && void read() } },
    h("summary", null, h("span", { t: "console.versions" })), list);

  async function read() {
    try {
      const found = /** @type {Version[]} */ (await page.api.get("/api/grid/versions"));
      list.replaceChildren(...(found.length ? found.map(row) : [h("li", { class: "muted", t: "console.versions.none" })]));
    } catch (error) {
      list.replaceChildren(h("li", null, note({ text: i18n.error(/** @type {any} */ (error)), icon: "alert", tone: "bad" })));
    }
  }

  /** @param {Version} version */
  function row({ id, state, cause, name, valid_from: from, by, counts, last }) {
    const shown = last ? "last" : state;
    return h("li", { class: "row", data: { version: id } },
      h("div", { class: "grow stack" },
        h("div", { class: "cluster" }, h("b", { text: `${i18n.date(from)} ${i18n.time(from)}` }), chip({ t: `console.version.${shown}`, tone: last ? "ok" : TONES[state] ?? "", icon: last ? "check" : state === "waiting" ? "clock" : "list" })),
        h("small", { class: "muted", t: "console.version.counts", params: { added: counts["added"] ?? 0, changed: counts["changed"] ?? 0, removed: counts["removed"] ?? 0 } }),
        h("small", { class: "muted", text: [cause === "undo" ? i18n.t("console.version.of_undo") : name, by].filter(Boolean).join(" · ") })),
      last && button({ t: "console.version.undo", kind: "quiet", icon: "undo", action: () => look(id) }),
      state === "waiting" && button({ t: "console.version.withdraw", kind: "quiet", icon: "close", action: () => withdraw(id) }));
  }

  /** @param {string} id */
  async function look(id) {
    const report = /** @type {Report} */ (await page.api.post(`/api/grid/versions/${id}/undoing?dry_run=true`));
    const take = button({ t: "console.version.undo.now", kind: "primary", icon: "undo", action: () => undo(id, report.doubts.length > 0) });
    const [doubtful, confirm] = doubts(report, take);
    element.open = false;
    tell(h("h3", { t: "console.version.undo.title" }), ...(doubtful ? [doubtful] : []), ...summary(report), ...difference(board, report), ...(confirm ? [confirm] : []), take);
  }

  /** @param {string} id @param {boolean} confirmed */
  async function undo(id, confirmed) {
    const report = /** @type {Report} */ (await page.api.post(`/api/grid/versions/${id}/undoing${confirmed ? "?confirmed=true" : ""}`));
    tell(note({ t: "console.version.undone.done", icon: "done", tone: "ok" }), ...summary(report));
    board.everything();
  }

  /** @param {string} id */
  async function withdraw(id) {
    const answer = await ask({ t: "console.version.withdraw.title", text: "console.version.withdraw.text", actions: [{ value: "", t: "common.cancel" }, { value: "yes", t: "console.version.withdraw", kind: "danger" }] });
    if (answer !== "yes") return;
    await page.api.post(`/api/grid/versions/${id}/withdrawal`);
    await read();
  }

  return element;
}
