// What is looked at, kept in the address: what a line stands for, whose lines, and how many weeks.

/** @typedef {"all" | "station" | "zone" | "type"} By */
/** @typedef {{by: By, keys: string[], weeks: number}} Choice */

export const WEEKS = [8, 26, 52, 156];
export const BY = /** @type {const} */ (["all", "station", "zone", "type"]);
const USUAL = 26;

/** @param {string} search @returns {Choice} */
export function choiceOf(search) {
  const asked = new URLSearchParams(search);
  const by = BY.find((one) => one === asked.get("by")) ?? "all";
  const weeks = WEEKS.find((one) => one === Number(asked.get("weeks"))) ?? USUAL;
  return { by, keys: by === "all" ? [] : asked.getAll("key").filter((key) => key && !key.includes(",")), weeks };
}

/** @param {Choice} choice */
export function keep({ by, keys, weeks }) {
  // The day that is looked back at is chosen elsewhere on the page.
  const others = [...new URLSearchParams(location.search)].filter(([name]) => name === "day" || name === "station");
  const kept = new URLSearchParams([...others, ...(by === "all" ? [] : [["by", by]]), ...(weeks === USUAL ? [] : [["weeks", String(weeks)]]), ...keys.map((key) => ["key", key])]);
  history.replaceState(history.state, "", `${location.pathname}${kept.size ? `?${kept}` : ""}`);
}

/** As the API wants it. @param {Choice} choice */
export function queryOf({ by, keys, weeks }) {
  return { by, weeks: String(weeks), ...(keys.length && { keys: keys.join(",") }) };
}
