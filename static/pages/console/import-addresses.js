// What kind of file it is, and what an address file would bring: counts, since nobody reads half a million codes.

import { h } from "parts/dom.js";
import { i18n } from "parts/words.js";

/** @typedef {{kind: string, unchanged: boolean, streets: number, doors: number, replaced: number, outside: number}} AddressReport */

/** A table of people has user names; one of addresses has none. @param {File} file @returns {Promise<"zones" | "reps" | "addresses">} */
export async function kindOf(file) {
  if (/\.(osm|osm\.gz|gz)$/i.test(file.name)) return "addresses";
  if (!/csv$/i.test(file.name)) return "zones";
  const [first = ""] = (await file.slice(0, 2000).text()).toLowerCase().split(/\r?\n/);
  const columns = first.replace("\ufeff", "").split(/[,;\t]/).map((column) => column.trim());
  return !columns.includes("username") && (columns.includes("address") || columns.includes("street")) ? "addresses" : "reps";
}

/** @param {AddressReport} report @returns {HTMLElement[]} */
export function addressCounts({ unchanged, streets, doors, replaced, outside }) {
  if (unchanged) return [h("p", { t: "console.import.addresses.same" })];
  const number = (/** @type {number} */ value) => i18n.number(value);
  return [
    h("p", { t: "console.import.addresses", params: { doors: number(doors), streets: number(streets), replaced: number(replaced) } }),
    ...(outside ? [h("p", { class: "muted", t: "console.import.addresses.outside", params: { outside: number(outside) } })] : []),
  ];
}
