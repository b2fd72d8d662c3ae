// The board as it comes over the wire, one list for each property, turned into the things that the console shows.

import { know } from "pages/console/words.js";

/** @typedef {import("pages/console/types.js").Task} Task */
/** @typedef {import("pages/console/types.js").Rep} Rep */
/** @typedef {import("pages/console/types.js").Zone} Zone */
/** @typedef {Record<string, any[]>} Columns */
/** @typedef {{version: string | null, tasks: Columns, reps: Columns, zones: Columns, moved?: Columns}} Read */
/** @typedef {{people: Map<string, Rep>, zones: Map<string, Zone>}} Known by code */

const TIMES = ["window_start", "window_end", "starts_at", "ends_at", "finished_at", "shift_start", "shift_end", "seen_at", "next_at", "rest_starts_at", "rest_ends_at"];

/** @param {Columns} columns @returns {any[]} */
export function rows(columns) {
  const names = Object.keys(columns);
  for (const name of names) if (TIMES.includes(name)) columns[name] = (columns[name] ?? []).map(moment);
  return (columns[names[0] ?? ""] ?? []).map((_, at) => Object.fromEntries(names.map((name) => [name, columns[name]?.[at]])));
}

/** @param {number | null} seconds */
function moment(seconds) {
  return seconds === null ? null : new Date(seconds * 1000).toISOString();
}

/** @param {Columns} columns @returns {Rep[]} */
export function reps(columns) {
  const found = rows(columns).map(({ seen_lon: lon, seen_lat: lat, seen_at: at, next_at: eta, ...rep }) => ({
    ...rep, zones: [], position: at && { lon, lat, at }, next_stop: eta && { eta },
  }));
  know(found);
  return found;
}

/** @param {Columns} columns @param {Known} known @param {Record<string, any>} outlines @returns {Zone[]} */
export function zones(columns, { people }, outlines) {
  return rows(columns).map(({ owner, ...zone }) => ({
    type: "Feature", geometry: outlines[zone.code] ?? null, properties: { ...zone, owner: people.get(owner) ?? null },
  }));
}

/** @param {Columns} columns @param {Known} known @returns {Task[]} */
export function tasks(columns, { people, zones: all }) {
  return rows(columns).map(({ zone, rep, ...task }) => ({ ...task, zone: all.get(zone)?.properties ?? null, rep: people.get(rep) ?? null }));
}
