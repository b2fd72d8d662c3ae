// One decision in one sentence: what was decided, what it cost, and what would have been cheaper. Every language
// puts the three in an order of its own.

import { distance, duration } from "lib/time.js";
import { i18n, nameOf, t } from "parts/words.js";

/** @typedef {{id: string, name: string, name_en: string}} Person */
/** @typedef {{total_s: number, travel_s: number, late_s: number, over_s: number}} Cost */
/**
 * @typedef {{kind: string, decided_at: string, task: {id: string, category: string, fault: string, severity: string, address: string, zone: string | null},
 *   rep: Person, better: Person, better_at: string, near_m: number | null, near_at: string | null, cost: Cost}} Decision
 */

const LEAST_S = 60;

/** @param {Decision} decision */
export function sentence({ kind, decided_at, rep, better, better_at, near_m, near_at, cost }) {
  const time = i18n.time(new Date(decided_at));
  const near = { better: nameOf(better), metres: distance(i18n, near_m ?? 0), time: near_at ? i18n.time(new Date(near_at)) : "" };
  const instead = better.id === rep.id
    ? t("figures.hindsight.than.itself", { time: i18n.time(new Date(better_at)) })
    : t(`figures.hindsight.than.${near_m === null ? "other" : near_at ? "passing" : "setting_out"}`, near);
  return t(`figures.hindsight.kind.${kind}`, { rep: nameOf(rep), time, better: nameOf(better), cost: price(cost), instead });
}

/** What it cost more, in minutes of what they were spent on. @param {Cost} cost */
export function price({ total_s, travel_s, late_s, over_s }) {
  const parts = Object.entries({ travel: travel_s, late: late_s, over: over_s })
    .filter(([, seconds]) => seconds >= LEAST_S)
    .map(([part, seconds]) => t(`figures.hindsight.cost.${part}`, { time: duration(i18n, seconds) }));
  if (!parts.length) return t("figures.hindsight.cost.other", { time: duration(i18n, total_s) });
  const more = i18n.list(parts);
  return travel_s <= -LEAST_S ? t("figures.hindsight.cost.for_less", { cost: more, time: duration(i18n, -travel_s) }) : more;
}
