// How good a line is, in a word and a colour.

import { chip } from "parts/chip.js";

const TONES = /** @type {Record<string, import("parts/chip.js").Tone>} */ ({ good: "ok", fair: "warn", poor: "bad", lost: "bad" });

/** @param {import("lib/room-types.js").Level} level */
export function qualityChip(level) {
  return chip({ t: `common.quality.${level}`, icon: "quality", tone: TONES[level] ?? "" });
}
