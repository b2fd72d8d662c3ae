// An address being typed, completed by the utility's own gazetteer: a combobox (WAI-ARIA 1.2, list autocomplete). A
// chosen place gives the point; below the field the place is said in words: its zone, and what it is next to. Without a
// gazetteer it is a plain field; without a network it says that nothing can be looked up, and keeps what is written.

import { ApiError } from "lib/api.js";
import { note } from "parts/chip.js";
import { h } from "parts/dom.js";
import { field } from "parts/field.js";
import { icon } from "parts/icon.js";
import { i18n, t } from "parts/words.js";

/** @typedef {{code: string, name: string, name_zh_hant: string, name_en: string, station: string}} PlaceZone */
/** @typedef {{label: string, street: string, town: string, detail: string, lon: number, lat: number, precision: "door" | "near" | "street", zone: PlaceZone | null}} FoundPlace */
/** @typedef {{zone: PlaceZone | null, outside_m: number | null, nearest_zone: string | null, label: string | null, landmarks: {street: string, metres: number, direction: string}[]}} PlaceAt */
/** @typedef {{lon: number, lat: number}} Point */

const AFTER_MS = 180; // a pause in typing
export const FAR_M = 5_000; // farther outside the area than this, a place is not ours to drive to

let made = 0;

/**
 * @param {{api: import("lib/api.js").Api, field: Parameters<typeof field>[0], chosen: (place: FoundPlace | null) => void}} props
 *   `chosen` hears of a place, and of null once the words no longer mean it
 */
export function addressField({ api, field: props, chosen }) {
  made += 1;
  const listId = `places-${made}`;
  const element = field(props);
  const { control } = element;
  const list = h("ul", { class: "places", role: "listbox", id: listId, hidden: true, label: "common.places" });
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": listId, "aria-expanded": "false", autocomplete: "off" })) {
    control.setAttribute(name, value);
  }
  const told = h("p", { class: "hint", role: "status", hidden: true });
  control.after(list);
  list.after(told);
  /** @type {FoundPlace[]} */
  let found = [];
  /** @type {AbortController | null} */
  let asking = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon;
  let marked = -1;
  let meant = "";

  const close = () => {
    clearTimeout(soon);
    asking?.abort();
    list.hidden = true;
    told.hidden = true;
    marked = -1;
    control.setAttribute("aria-expanded", "false");
    control.removeAttribute("aria-activedescendant");
  };

  /** @param {number} number */
  const mark = (number) => {
    marked = number;
    [...list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === number)));
    const option = list.children[number];
    if (option) {
      control.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else control.removeAttribute("aria-activedescendant");
  };

  /** @param {FoundPlace} place */
  const choose = (place) => {
    control.value = written(place);
    meant = control.value;
    control.dispatchEvent(new Event("input", { bubbles: true }));
    close();
    chosen(place);
  };

  const show = () => {
    list.replaceChildren(...found.map((place, index) => h("li", { role: "option", id: `${listId}-${index}`, class: "place-option", "aria-selected": "false",
      on: { pointerdown: (event) => event.preventDefault(), click: () => choose(place) } },
      icon("pin"), h("span", { class: "grow" }, h("b", { text: written(place) }), h("small", { text: more(place) })))));
    list.hidden = found.length === 0;
    control.setAttribute("aria-expanded", String(found.length > 0));
    mark(-1);
  };

  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    let trouble = "";
    try {
      const answer = await api.get("/api/places", { query: { q: control.value.trim() }, signal, tries: 1 });
      found = answer.places;
      if (!found.length && answer.known) trouble = "common.places.none"; // without a gazetteer nothing is to be said
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      found = []; // what was typed is kept, and looked up when it is sent
      trouble = "common.places.away";
    }
    if (signal.aborted || document.activeElement !== control) return;
    show();
    told.hidden = !trouble;
    told.textContent = trouble && t(trouble);
  };

  control.addEventListener("input", () => {
    if (control.value === meant) return;
    if (meant) chosen(null);
    meant = "";
    close();
    if (control.value.trim().length >= 2) soon = setTimeout(ask, AFTER_MS);
  });
  control.addEventListener("blur", close);
  control.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (list.hidden || event.isComposing) return;
    const last = found.length - 1;
    if (event.key === "ArrowDown") mark(marked === last ? 0 : marked + 1);
    else if (event.key === "ArrowUp") mark(marked <= 0 ? last : marked - 1);
    else if (event.key === "Enter" && found[marked]) choose(/** @type {FoundPlace} */ (found[marked]));
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return Object.assign(element, {
    /** What the words mean, asked once more when nothing was chosen; null where it is not sure. @returns {Promise<FoundPlace | null>} */
    async meaning() {
      const typed = control.value.trim();
      if (!typed) return null;
      close();
      try {
        const { places } = /** @type {{places: FoundPlace[]}} */ (await api.get("/api/places", { query: { q: typed, limit: 2 }, timeout: 4000, tries: 1 }));
        const [first, second] = places;
        return first && first.precision === "door" && (!second || second.precision !== "door") ? first : null;
      } catch (error) {
        if (error instanceof ApiError) return null;
        throw error;
      }
    },
  });
}

/** The address as it is kept: with floor and flat as they were typed. @param {FoundPlace} place */
export function written({ label, detail }) {
  if (!detail) return label;
  return /[㐀-鿿]/.test(label) ? `${label}${detail}` : `${label}, ${detail}`;
}

/** @param {FoundPlace} place */
function more({ town, zone, precision }) {
  const about = precision === "near" ? t("common.place.near_number") : precision === "street" ? t("common.place.street") : "";
  return [town, zone ? zoneWords(zone) : t("common.place.outside"), about].filter(Boolean).join(" · ");
}

/** @param {PlaceZone} zone */
export function zoneWords({ code, name, name_zh_hant, name_en }) {
  const named = i18n.language === "en" ? name_en : i18n.language === "zh-Hant" ? name_zh_hant || name : name;
  return `${code} ${named}`;
}

/** @param {import("lib/api.js").Api} api @param {Point} point @returns {Promise<PlaceAt | null>} null without a network */
export async function placeAt(api, { lon, lat }) {
  try {
    return await api.get("/api/places/at", { query: { lon, lat }, timeout: 6000, tries: 1 });
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
}

/** A small map in words: where it is, in which zone, next to what. @param {PlaceAt | null} at */
export function placeWords(at) {
  if (!at) return "";
  const near = at.landmarks.map(({ street, metres, direction }) => t("common.place.beside", { street, metres, direction: t(`common.direction.${direction}`) }));
  return [at.label, at.zone && zoneWords(at.zone), ...near].filter(Boolean).join(" · ");
}

/** That a place is outside the area, and how far; null inside. @param {PlaceAt | null} at */
export function outsideNote(at) {
  if (!at || at.zone || at.outside_m === null) return null;
  const far = at.outside_m > FAR_M;
  const distance = at.outside_m < 1000 ? t("common.metres", { metres: at.outside_m }) : t("common.kilometres", { km: i18n.number(Math.round(at.outside_m / 1000)) });
  return note({ t: far ? "common.place.far_outside" : "common.place.just_outside", params: { distance }, tone: "warn", icon: "alert" });
}
