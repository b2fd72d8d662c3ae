// Light, dark, or sun (black on white, for full daylight). The choice is a cookie so that the server can
// send the page in it, and the first paint is right; without a choice the device decides.

/** @typedef {"light" | "dark" | "sun"} Theme */

export const THEMES = /** @type {const} */ (["light", "dark", "sun"]);

/** @returns {Theme} */
export function theme() {
  const set = document.documentElement.dataset["theme"];
  return THEMES.find((name) => name === set) ?? "light";
}

/** @param {Theme} name */
export function setTheme(name) {
  document.documentElement.dataset["theme"] = name;
  remember("curbstop-theme", name);
}

/** A year's cookie that holds a preference and nothing else. @param {string} name @param {string} value */
export function remember(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${encodeURIComponent(value)}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}
