// What kind of file it is, and what an address file would bring: counts, since nobody reads half a million codes.

import { h } from "parts/dom.js";
import { i18n } from "parts/words.js";

const SHAPES = ["wkt", "geometry", "geom", "the_geom", "shape"];

/** @typedef {{kind: string, unchanged: boolean, streets: number, doors: number, replaced: number, outside: number}} AddressReport */

/** A table with a column of shapes is one of zones; one of people has user names; one of addresses has neither. @param {File} file @returns {Promise<"zones" | "reps" | "addresses">} */
export async function kindOf(file) {
  if (/\.(osm|osm\.gz|gz)$/i.test(file.name)) return "addresses";
  if (!/(csv|txt)$/i.test(file.name)) return "zones";
  const head = new Uint8Array(await file.slice(0, 4000).arrayBuffer());
  const wide = head[0] === 0xff || head[0] === 0xfe; // UTF-16, as spreadsheets save it
  const [first = ""] = new TextDecoder(wide ? (head[0] === 0xff ? "utf-16le" : "utf-16be") : "utf-8").decode(head).toLowerCase().split(/\r?\n/);
  const columns = first.replace("\ufeff", "").split(/[,;\t]/).map((column) => column.trim().replaceAll('"', ""));
  if (columns.some((column) => SHAPES.includes(column))) return "zones";
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
