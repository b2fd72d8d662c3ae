// What vans are to carry, and what is to be put into them.

import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import { sheet } from "parts/dialog.js";
import { nothing } from "parts/empty.js";
import { field } from "parts/field.js";
import { partName } from "parts/form-words.js";
import { nameOf, t } from "parts/words.js";

/** @typedef {{part: string, low: number, full: number}} Level */
/** @typedef {{rep_id: string, rep_code: string, rep_name: string, rep_name_en: string, station: string, part: string, on_hand: number, low: number, wanted: number}} Line */

/** @param {import("parts/page.js").Page} page @param {boolean} writes */
export async function vans(page, writes) {
  const levels = h("div", { class: "stack" });
  const lines = h("div", { class: "stack" });
  await read();
  await sheet({ t: "forms.vans", body: [lines, levels], actions: [{ value: "", t: "common.close", kind: "primary" }] });

  async function read() {
    const [list, set] = await Promise.all([page.api.get("/api/restock-lines"), page.api.get("/api/van-levels")]);
    lines.replaceChildren(...lineTable(list));
    levels.replaceChildren(...levelTable(set));
  }

  /** @param {Line[]} list */
  function lineTable(list) {
    if (!list.length) return [nothing({ t: "forms.restock.none", more: "forms.restock.none.more", icon: "parts" })];
    return [h("h3", { t: "forms.restock" }), h("div", { class: "forms-scroll" }, h("table", { class: "forms-table" },
      h("thead", null, h("tr", null, ["rep", "part", "on_hand", "wanted"].map((name) => h("th", { scope: "col", t: `forms.restock.${name}` })), h("td"))),
      h("tbody", null, list.map((line) => h("tr", null, h("th", { scope: "row", text: nameOf({ name: line.rep_name, name_en: line.rep_name_en }) }), h("td", { text: partName(line.part) }),
        h("td", { class: "number", text: t("forms.restock.of", { count: line.on_hand, low: line.low }) }), h("td", { class: "number", text: line.wanted }),
        h("td", null, button({ t: "forms.restock.done", icon: "check", action: async () => {
          await page.api.post(`/api/reps/${line.rep_id}/restocks`, { parts: { [line.part]: line.wanted } });
          await read();
        } })))))))];
  }

  /** @param {Level[]} set */
  function levelTable(set) {
    const row = (/** @type {Level} */ level) => h("tr", null, h("th", { scope: "row", text: partName(level.part) }), h("td", { class: "number", text: level.low }), h("td", { class: "number", text: level.full }),
      h("td", null, writes && button({ icon: "trash", size: "icon", kind: "quiet", label: "forms.levels.remove", action: async () => {
        await page.api.delete(`/api/van-levels/${level.part}`);
        await read();
      } })));
    return [h("h3", { t: "forms.levels" }), h("p", { class: "muted small", t: "forms.levels.text" }),
      set.length ? h("table", { class: "forms-table" }, h("thead", null, h("tr", null, ["part", "low", "full"].map((name) => h("th", { scope: "col", t: `forms.levels.${name}` })), h("td"))), h("tbody", null, set.map(row))) : null,
      writes ? adder() : null].filter((each) => each !== null);
  }

  function adder() {
    const part = field({ t: "forms.levels.part", name: "part", maxlength: 40, hint: "forms.levels.part.hint" });
    const low = field({ t: "forms.levels.low", name: "low", type: "number", min: 1, max: 999, value: "2" });
    const full = field({ t: "forms.levels.full", name: "full", type: "number", min: 1, max: 999, value: "6" });
    return h("div", { class: "forms-level" }, part, low, full, button({ t: "forms.levels.set", icon: "plus", action: async () => {
      const name = part.control.value.trim();
      part.fault(/^[a-z0-9][a-z0-9_]{0,39}$/.test(name) ? null : "forms.levels.part.hint");
      if (!/^[a-z0-9][a-z0-9_]{0,39}$/.test(name)) return;
      await page.api.put(`/api/van-levels/${name}`, { low: Number(low.control.value), full: Number(full.control.value) });
      await read();
    } }));
  }
}
