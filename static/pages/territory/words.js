// Figures as people read them.

import { distance } from "lib/time.js";
import { i18n, nameOf, t } from "parts/words.js";

/** @param {number} share */
export function percent(share) {
  return i18n.number(share, { style: "percent", maximumFractionDigits: 1 });
}

/** With its sign: more or less than it should be. @param {number} share */
export function more(share) {
  return i18n.number(share, { style: "percent", maximumFractionDigits: 1, signDisplay: "exceptZero" });
}

/** @param {number} metres */
export function kilometres(metres) {
  return distance(i18n, metres);
}

/** @param {import("pages/territory/model.js").Rep | undefined} rep */
export function who(rep) {
  return rep ? nameOf(rep) : t("territory.nobody.name");
}
