// Durations in words. Instants come from the API as ISO-8601 UTC; `Intl` puts them into the reader's zone,
// or the utility's, where the work is.

import { apart } from "lib/i18n.js";

/** @typedef {import("lib/i18n.js").I18n} I18n */

/** `4:07`, `1:02:45`. @param {number} seconds */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Seconds from `since` (ISO) to `now`. @param {string} since @param {Date} now */
export function elapsed(since, now) {
  return Math.max(0, (now.getTime() - Date.parse(since)) / 1000);
}

/**
 * An honest wait: whole minutes, rounded so that the true wait stays inside.
 * @param {I18n} i18n @param {{low_s: number, high_s: number} | null | undefined} wait
 */
export function waitWords(i18n, wait) {
  if (!wait) return i18n.t("common.wait.unknown");
  const low = Math.floor(wait.low_s / 60);
  const high = Math.max(1, Math.ceil(wait.high_s / 60));
  if (low === 0 && high === 1) return i18n.t("common.wait.under_a_minute");
  if (low === 0) return i18n.t("common.wait.under", { count: high });
  if (low === high) return i18n.t("common.wait.about", { count: high });
  return i18n.t("common.wait.range", { low, high });
}

/** `1.2 km`, `350 m`. @param {I18n} i18n @param {number} metres */
export function distance(i18n, metres) {
  const far = metres >= 1000;
  return apart(i18n.number(far ? metres / 1000 : Math.round(metres / 10) * 10, {
    style: "unit", unit: far ? "kilometer" : "meter", maximumFractionDigits: far && metres < 10_000 ? 1 : 0,
  }));
}

/** `25 min`, `1 h 10 min`. @param {I18n} i18n @param {number} seconds */
export function duration(i18n, seconds) {
  const minutes = Math.max(1, Math.round(seconds / 60));
  const unit = (/** @type {number} */ value, /** @type {string} */ name) =>
    apart(i18n.number(value, { style: "unit", unit: name, unitDisplay: "short" }));
  if (minutes < 60) return unit(minutes, "minute");
  return [unit(Math.floor(minutes / 60), "hour"), ...(minutes % 60 ? [unit(minutes % 60, "minute")] : [])].join(" ");
}

/** What clocks in `timezone` show at an instant, as `datetime-local` wants it: `2026-11-29T14:05`. @param {Date} at @param {string} timezone IANA name; empty: this device's */
export function wallTime(at, timezone) {
  const parts = new Intl.DateTimeFormat("en-US", {
    ...(timezone && { timeZone: timezone }), hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
  }).formatToParts(at);
  const part = (/** @type {string} */ type) => parts.find((one) => one.type === type)?.value ?? "00";
  return `${part("year").padStart(4, "0")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}`;
}

/** The instant at which clocks in `timezone` show `wall`; in the hour that summer time leaves out, the one after it. @param {string} wall @param {string} timezone */
export function atWallTime(wall, timezone) {
  const meant = Date.parse(`${wall}Z`);
  const ahead = (/** @type {number} */ at) => Date.parse(`${wallTime(new Date(at), timezone)}Z`) - at;
  const first = meant - ahead(meant);
  return new Date(meant - ahead(first));
}
