// Territories that touch never have the same colour: eight hues, given out greedily, the most entangled first
// (Welsh & Powell 1967). Colour is never all: the name stands in each territory.

import { NOBODY } from "pages/territory/model.js";

const HUES = [212, 28, 145, 282, 352, 178, 56, 318];

/** A number of a hue for each representative. @param {import("pages/territory/model.js").Zone[]} zones @param {number[]} owner @param {number} reps */
export function shades(zones, owner, reps) {
  /** @type {Set<number>[]} */
  const touching = Array.from({ length: reps }, () => new Set());
  zones.forEach((zone, at) => {
    for (const other of zone.beside) {
      const [mine, theirs] = [owner[at] ?? NOBODY, owner[other] ?? NOBODY];
      if (mine !== theirs && mine !== NOBODY && theirs !== NOBODY) touching[mine]?.add(theirs);
    }
  });
  const given = new Array(reps).fill(-1);
  const order = touching.map((_, rep) => rep).sort((a, b) => (touching[b]?.size ?? 0) - (touching[a]?.size ?? 0) || a - b);
  for (const rep of order) {
    const taken = new Set([...(touching[rep] ?? [])].map((other) => given[other]));
    const free = HUES.findIndex((_, hue) => !taken.has((hue + rep) % HUES.length));
    given[rep] = ((free < 0 ? 0 : free) + rep) % HUES.length;
  }
  return given;
}

/** @param {number | undefined} number @param {boolean} dark */
export function hue(number, dark) {
  return number === undefined || number < 0 ? (dark ? "hsl(0 0% 55%)" : "hsl(0 0% 45%)") : `hsl(${HUES[number % HUES.length]} ${dark ? "60% 62%" : "62% 42%"})`;
}
