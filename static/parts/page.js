// Starts a page: its facts out of the shell, its texts, its API, its live hints, and the two lines that every
// page has (banner, toast).

import { Api } from "lib/api.js";
import { Live } from "lib/live.js";
import { allowKnownMarkup } from "lib/trust.js";
import { Banner } from "parts/banner.js";
import { h } from "parts/dom.js";
import "parts/empty.js";
import "parts/icon.js";
import "parts/switches.js";
import { Toast } from "parts/toast.js";
import { pageTitle } from "parts/wordmark.js";
import { i18n, t } from "parts/words.js";

/**
 * What the server tells a page about itself. An empty `utility` has a name in each language, among the texts.
 * @typedef {{page: string, surface: string, areas: string[], language: string, languages: string[], utility: string, phone: string, region: string,
 *   timezone: string, demo: boolean, map: boolean, map_missing: string, base_map: string}} Shell
 */
/** @typedef {{shell: Shell, api: Api, live: Live, banner: Banner, toast: Toast, main: HTMLElement}} Page */

/** @param {{surface?: string}} [options] @returns {Promise<Page>} */
export async function startPage(options = {}) {
  allowKnownMarkup();
  /** @type {Shell} */
  const shell = JSON.parse(document.getElementById("shell")?.textContent ?? "{}");
  const surface = options.surface ?? shell.surface;
  i18n.areas = shell.areas;
  i18n.timezone = shell.timezone; // where the work is, wherever the reader sits
  const api = new Api({ surface, language: shell.language });
  i18n.addEventListener("change", () => {
    api.language = i18n.language;
  });
  await i18n.use(shell.language);
  if (shell.utility === t("common.utility")) shell.utility = "";
  i18n.addEventListener("change", () => {
    document.title = pageTitle(shell);
  });
  const live = new Live({ url: socketUrl("/api/live", surface) });
  const main = /** @type {HTMLElement} */ (document.getElementById("page"));
  const banner = /** @type {Banner} */ (h("cs-banner"));
  const toast = /** @type {Toast} */ (h("cs-toast"));
  document.body.prepend(banner);
  document.body.append(toast);
  main.removeAttribute("aria-busy");
  main.replaceChildren();
  watch(live, banner);
  addEventListener("fault", (event) => toast.fault(/** @type {CustomEvent} */ (event).detail));
  return { shell, api, live, banner, toast, main };
}

/** @param {string} path @param {string} surface */
export function socketUrl(path, surface) {
  const url = new URL(path, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.search = new URLSearchParams({ surface }).toString();
  return url.href;
}

/** Live hints come back at once when the network or the person does. @param {Live} live @param {Banner} banner */
function watch(live, banner) {
  const nudge = () => document.visibilityState === "visible" && live.nudge();
  addEventListener("online", nudge);
  document.addEventListener("visibilitychange", nudge);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let late;
  live.addEventListener("state", (event) => {
    const state = /** @type {CustomEvent<string>} */ (event).detail;
    clearTimeout(late);
    if (state === "open" || state === "closed") banner.reconnecting(false);
    else late = setTimeout(() => banner.reconnecting(true), 2000); // a blink is not worth a word
  });
}
