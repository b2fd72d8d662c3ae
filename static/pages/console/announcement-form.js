// An announcement is written, or told anew: what, when, where (zones, a drawn area, or what a shut-off leaves dry), why,
// what to do. All that is wrong comes back at once, each beside its field.

import { ApiError } from "lib/api.js";
import { atWallTime, wallTime } from "lib/time.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { sheet } from "parts/dialog.js";
import { field } from "parts/field.js";
import "parts/map.js";
import { i18n, t } from "parts/words.js";
import { colours } from "pages/console/colours.js";

/** @typedef {import("pages/console/announcements.js").Announcement} Announcement */
/** @typedef {{kind?: string, cause?: string, area?: Record<string, unknown>, task_id?: string, advice?: string[]}} Start */

const KINDS = ["planned_shut_off", "burst", "low_pressure", "discoloured_water", "water_quality", "road_works"];
const CAUSES = ["unknown", "maintenance", "main_renewal", "valve_work", "new_connection", "cleaning", "burst_main", "third_party_damage", "power_failure", "pump_failure", "high_demand", "test_result"];
const ADVICE = ["store_water", "close_taps", "heater_off", "run_tap", "no_laundry", "boil_water", "do_not_drink"];
const USUAL = /** @type {Record<string, string[]>} */ ({
  planned_shut_off: ["store_water", "close_taps", "heater_off", "run_tap"], burst: ["close_taps", "run_tap"], low_pressure: [],
  discoloured_water: ["run_tap", "no_laundry"], water_quality: ["boil_water"], road_works: [],
});
const LANGUAGES = { "zh-Hans": "简体中文", "zh-Hant": "繁體中文", en: "English" };
const HOUR_MS = 3_600_000;
const HERE = "/api/announcements";

/** A draft with its area filled, in one tap; it is looked at before anybody is told. @param {import("pages/console/board.js").Board} board @param {Start} start */
export async function draftAnnouncement(board, { kind = "burst", cause = "unknown", area, task_id }) {
  const begins = kind === "planned_shut_off" ? Date.now() + 25 * HOUR_MS : Date.now();
  const made = await board.page.api.post(HERE, {
    kind, cause, area, task_id: task_id ?? null, advice: USUAL[kind] ?? [], starts_at: new Date(begins).toISOString(), ends_at: new Date(begins + 4 * HOUR_MS).toISOString(),
  });
  board.page.toast.show({ t: "console.announce.drafted" });
  board.choose({ kind: "announcement", id: made.id });
}

/** @param {import("pages/console/board.js").Board} board @param {Announcement | null} known */
export async function announcementForm(board, known) {
  const wall = (/** @type {string | null | undefined} */ at, /** @type {number} */ ahead) => at === null ? "" : wallTime(at ? new Date(at) : nextHour(ahead), i18n.timezone);
  const kind = choice("kind", KINDS, (value) => `announcements.kind.${value}`, known?.kind ?? "planned_shut_off");
  kind.disabled = known !== null && known.state !== "draft";
  const cause = choice("cause", CAUSES, (value) => `announcements.cause.${value}`, known?.cause ?? "maintenance");
  const ground = areaField(board, known);
  const extra = Object.fromEntries(Object.entries(LANGUAGES).map(([language, name]) => {
    const one = field({ t: "console.announce.extra", name: `extra-${language}`, optional: true, maxlength: 300, value: known?.extra[language] ?? "", lang: language });
    one.querySelector("label > span")?.replaceWith(h("span", { t: "console.announce.extra", params: { language: name } }));
    return [language, one];
  }));
  const advice = ADVICE.map((value) => h("label", { class: "cluster small" },
    h("input", { type: "checkbox", class: "tick", name: "advice", value, checked: (known?.advice ?? USUAL["planned_shut_off"] ?? []).includes(value) }), h("span", { t: `announcements.advice.${value}` })));
  const ticks = () => advice.map((label) => /** @type {HTMLInputElement} */ (label.querySelector("input")));
  kind.addEventListener("change", () => {
    for (const tick of ticks()) tick.checked = (USUAL[kind.value] ?? []).includes(tick.value);
  });
  const form = {
    kind: field({ t: "console.announce.kind", name: "kind", input: kind }),
    cause: field({ t: "console.announce.cause", name: "cause", input: cause }),
    starts_at: field({ t: "console.announce.starts", name: "starts", type: "datetime-local", value: wall(known?.starts_at, 25) }),
    ends_at: field({ t: "console.announce.ends", hint: "console.announce.ends.hint", name: "ends", type: "datetime-local", value: wall(known ? known.ends_at : undefined, 29) }),
    area: ground.element,
    where: field({ t: "console.announce.where", hint: "console.announce.where.hint", name: "where", optional: true, maxlength: 300, value: known?.where ?? "" }),
    advice: h("fieldset", { class: "field console-advice" }, h("legend", { t: "console.announce.advice" }), advice),
    bowser: field({ t: "console.announce.bowser", name: "bowser", optional: true, maxlength: 300, value: known?.bowser ?? "" }),
    contact: field({ t: "console.announce.contact", name: "contact", optional: true, maxlength: 120, value: known?.contact ?? board.page.shell.phone }),
    exempt: field({ t: "console.announce.exempt", hint: "console.announce.exempt.hint", name: "exempt", optional: true, maxlength: 300, value: known?.exempt ?? "" }),
  };
  const trouble = h("div", { role: "alert" });
  const body = [h("form", { class: "console-form", on: { submit: (event) => event.preventDefault() } }, Object.values(form), Object.values(extra)), trouble];
  const told = known !== null && known.state !== "draft";
  for (;;) {
    const answer = await sheet({ t: known ? "console.announce.form.edit" : "console.announce.form.new", body, actions: [{ value: "save", t: told ? "console.announce.tell" : "console.announce.save", kind: "primary" }] });
    if (answer !== "save") return;
    trouble.replaceChildren();
    const { advice: _ticks, ...fields } = form;
    const faulty = /** @type {Record<string, {fault: (key: string | null) => void}>} */ ({ ...fields, area: ground });
    for (const one of Object.values(faulty)) one.fault(null);
    try {
      const area = ground.value();
      const sent = {
        kind: kind.value, cause: cause.value, starts_at: instant(form.starts_at.control.value), ends_at: instant(form.ends_at.control.value), area,
        where: form.where.control.value.trim(), bowser: form.bowser.control.value.trim(), contact: form.contact.control.value.trim(), exempt: form.exempt.control.value.trim(),
        advice: ticks().filter(({ checked }) => checked).map(({ value }) => value),
        extra: Object.fromEntries(Object.entries(extra).map(([language, one]) => [language, one.control.value.trim()]).filter(([, said]) => said)),
      };
      const { api, toast } = board.page;
      const made = known ? await api.put(`${HERE}/${known.id}`, { ...sent, version: known.version }) : await api.post(HERE, sent);
      toast.show({ t: told ? "console.announce.published" : "console.announce.drafted" });
      board.choose({ kind: "announcement", id: made.id });
      return;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      trouble.replaceChildren(note({ text: i18n.error(error), icon: "alert", tone: "bad" }));
      for (const { code, where, params } of /** @type {{code: string, where: string, params: Record<string, unknown>}[]} */ (error.faults ?? [])) {
        const name = where.replace("body.", "").split(".")[0] ?? "";
        const words = i18n.coded(code, params) ?? i18n.error({ code });
        if (faulty[name]) faulty[name]?.fault(words);
        else trouble.append(note({ text: words, icon: "alert", tone: "bad" }));
      }
    }
  }
}

/** Where it is: codes of zones, or corners clicked on a map, which win where there are any; nothing new keeps what there was. @param {import("pages/console/board.js").Board} board @param {Announcement | null} known */
function areaField(board, known) {
  const example = [...board.zones.keys()].slice(0, 2).join(", ");
  const zones = field({ t: "console.announce.area.zones", name: "zones", value: known?.source === "zones" ? known.zones.join(", ") : "", optional: known !== null, list: "announce-zones" });
  zones.append(h("p", { class: "hint", t: "console.announce.area.zones.hint", params: { example } }), h("datalist", { id: "announce-zones" }, [...board.zones.keys()].slice(0, 500).map((code) => h("option", { value: code }))));
  /** @type {[number, number][]} */
  let ring = [];
  /** @type {any} */
  let drawn = null;
  const count = h("p", { class: "small", "aria-live": "polite" });
  const show = () => {
    drawn?.setLatLngs(ring.map(([lon, lat]) => [lat, lon]));
    count.replaceChildren(h("span", { t: "console.announce.area.corners", params: { count: ring.length } }));
  };
  const open = () => {
    if (fold.children.length > 1) return;
    const map = /** @type {import("parts/map.js").MapPart} */ (h("cs-map", { class: "console-pick" }));
    fold.append(h("p", { class: "small muted", t: "console.announce.area.drawing" }), map, count, button({ t: "console.announce.area.clear", icon: "undo", kind: "quiet", action: () => {
      ring = [];
      show();
    } }));
    void map.ready.then((leaflet) => {
      if (!leaflet) return;
      const outlines = [...board.zones.values()].filter(({ geometry }) => geometry);
      const shades = colours();
      if (outlines.length) leaflet.fitBounds(map.leaflet.geoJSON(outlines, { interactive: false, style: { color: shades.covered, weight: 1.5, fillOpacity: 0.05 } }).addTo(leaflet).getBounds(), { padding: [8, 8], animate: false });
      drawn = map.leaflet.polygon([], { interactive: false, color: shades.bad, weight: 3, fillOpacity: 0.2 }).addTo(leaflet);
      leaflet.on("click", (/** @type {any} */ { latlng }) => {
        ring = [...ring, /** @type {[number, number]} */ ([round(latlng.lng), round(latlng.lat)])];
        show();
      });
    });
  };
  const fold = h("details", { class: "console-fold", on: { toggle: () => fold.open && open() } }, h("summary", null, h("span", { t: "console.announce.area.draw" })));
  const stays = known && known.source !== "zones" && h("p", { class: "small muted", t: "console.announce.area.keep", params: { zones: i18n.list(known.zones) } });
  return {
    element: h("div", { class: "stack" }, stays, zones, fold),
    fault: zones.fault,
    value() {
      if (ring.length) return { ring };
      const codes = zones.control.value.split(/[\s,;，；、]+/).filter(Boolean);
      const same = known?.source === "zones" && codes.join() === known.zones.join();
      return codes.length && !same ? { zones: codes } : null;
    },
  };
}

/** @param {string} of @param {string[]} values @param {(value: string) => string} key @param {string} chosen */
function choice(of, values, key, chosen) {
  const select = /** @type {HTMLSelectElement} */ (h("select", { class: "input", name: of }, values.map((value) => h("option", { value, t: key(value) }))));
  select.value = chosen;
  return select;
}

/** @param {string} wall */
function instant(wall) {
  const at = wall ? atWallTime(wall, i18n.timezone) : null;
  return at && !Number.isNaN(at.getTime()) ? at.toISOString() : null;
}

/** @param {number} ahead hours */
function nextHour(ahead) {
  return new Date(Math.ceil(Date.now() / HOUR_MS) * HOUR_MS + (ahead - 1) * HOUR_MS);
}

/** @param {number} degrees */
function round(degrees) {
  return Math.round(degrees * 1e6) / 1e6;
}
