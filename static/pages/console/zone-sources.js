// Maps of zones on other servers: how each was last read, reading it now, and what has changed, which goes the road of
// any file of zones. A server that is away takes nothing with it: what was read before stays, with its time.

import { ApiError } from "lib/api.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { field } from "parts/field.js";
import { i18n, t } from "parts/words.js";
import { reason } from "pages/console/words.js";
import { ZoneRoad } from "pages/console/zone-road.js";

/** @typedef {{id: string, kind: string, name: string, url: string, layer: string, crs: string, every_hours: number, state: "waiting" | "read" | "away" | "refused", faults: {code: string, params: Record<string, unknown>}[], features: number, read_at: string | null, taken: boolean}} Source */

const PATIENCE_MS = 150_000; // a server may take two minutes
const TONES = /** @type {const} */ ({ waiting: "", read: "ok", away: "warn", refused: "bad" });

/** @param {import("pages/console/board.js").Board} board @param {import("parts/page.js").Page} page @param {HTMLElement} place where a road begins @param {() => unknown} begun */
export function sources(board, page, place, begun) {
  const list = h("div", { class: "stack" });
  const told = h("div", { role: "status" });
  const lead = h("p", { class: "muted", t: "console.sources.lead" });

  async function read() {
    try {
      const found = /** @type {Source[]} */ (await page.api.get("/api/zone-sources"));
      list.replaceChildren(...(found.length ? found.map(row) : [h("p", { t: "console.sources.none" })]));
    } catch (error) {
      failed(error);
    }
  }

  /** @param {unknown} error */
  function failed(error) {
    if (!(error instanceof ApiError)) throw error;
    const wrong = error.faults[0];
    told.replaceChildren(note({ text: wrong ? reason(/** @type {any} */ (wrong)) : i18n.error(error), icon: "alert", tone: "bad" }));
  }

  /** @param {() => Promise<unknown>} act */
  async function attempt(act) {
    told.replaceChildren();
    try {
      await act();
    } catch (error) {
      failed(error);
    }
    await read();
  }

  /** @param {Source} source */
  function row(source) {
    const { id, name, url, state, faults, features, read_at: at, taken } = source;
    const when = at && t("console.sources.read", { count: i18n.number(features), at: `${i18n.date(at)} ${i18n.time(at)}` });
    const word = state === "read" ? (taken ? "taken" : "new") : state;
    return h("section", { class: "stack console-source" },
      h("div", null, h("b", { text: name }), h("p", { class: "small muted console-address", text: url })),
      note({ t: `console.sources.${word}`, icon: state === "read" ? "check" : state === "waiting" ? "clock" : "alert", tone: TONES[state] },
        ...faults.map((each) => h("p", { class: "small", text: reason(/** @type {any} */ (each)) }))),
      when && h("p", { class: "small muted", text: when }),
      h("div", { class: "cluster" },
        at && button({ t: "console.sources.compare", icon: "zone", kind: taken ? "quiet" : "primary", action: () => attempt(() => compare(source)) }),
        button({ t: "console.sources.again", icon: "again", kind: "quiet", action: () => attempt(() => page.api.post(`/api/zone-sources/${id}/reading`, {}, { timeout: PATIENCE_MS })) }),
        button({ t: "console.sources.remove", icon: "trash", kind: "quiet", action: () => attempt(() => page.api.delete(`/api/zone-sources/${id}`)) })));
  }

  /** @param {Source} source */
  async function compare({ id, name, crs }) {
    // Byte by byte as it is kept: by that the list knows later that it was taken.
    const answer = await fetch(page.api.picture(`/api/zone-sources/${id}/file`), { credentials: "same-origin", cache: "no-store" });
    if (!answer.ok) throw new ApiError("offline", answer.status);
    const road = new ZoneRoad(board, page, new File([await answer.blob()], `${name}.geojson`, { type: "application/geo+json" }), place);
    road.reading.crs = crs;
    begun();
    await road.begin();
  }

  const kind = h("select", { class: "input", name: "kind" }, ["arcgis", "wfs"].map((each) => h("option", { value: each, t: `console.sources.kind.${each}` })));
  const name = field({ t: "console.sources.name", name: "source-name" });
  const url = field({ t: "console.sources.url", name: "source-url" });
  const layer = field({ t: "console.sources.layer", hint: "console.sources.layer.hint", name: "source-layer", optional: true });
  const every = field({ t: "console.sources.every", name: "source-every" });
  every.control.value = "24";
  const save = button({ t: "console.sources.save", kind: "primary", icon: "plus", action: () => attempt(async () => {
    const body = { kind: kind.value, name: name.control.value.trim(), url: url.control.value.trim(), layer: layer.control.value.trim(), every_hours: Number(every.control.value) };
    const made = /** @type {Source} */ (await page.api.post("/api/zone-sources", body));
    name.control.value = url.control.value = layer.control.value = "";
    await page.api.post(`/api/zone-sources/${made.id}/reading`, {}, { timeout: PATIENCE_MS });
  }) });
  const add = h("details", { class: "console-fold" }, h("summary", null, h("span", { t: "console.sources.add" })),
    h("div", { class: "stack" }, field({ t: "console.sources.kind", name: "kind", input: /** @type {any} */ (kind) }), name, url, layer, every, save));
  return h("details", { class: "console-fold", on: { toggle: (event) => /** @type {HTMLDetailsElement} */ (event.currentTarget).open && void read() } },
    h("summary", null, h("span", { t: "console.sources" })), h("div", { class: "stack" }, lead, list, told, add));
}
