// What was typed and not sent, kept for a reload of this tab; gone with the tab, as it may name people.

const KEY = "curbstop-desk-draft:";

/** @param {string} name @returns {any} */
export function draft(name) {
  try {
    return JSON.parse(sessionStorage.getItem(KEY + name) ?? "null");
  } catch {
    return null;
  }
}

/** @param {string} name @param {unknown} value null: forget it */
export function keepDraft(name, value) {
  if (value === null) sessionStorage.removeItem(KEY + name);
  else sessionStorage.setItem(KEY + name, JSON.stringify(value));
}
