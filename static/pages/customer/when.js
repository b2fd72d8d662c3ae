// The way to the card on which a customer chooses when it suits: its module and its texts are loaded by whoever has a
// visit to come, and by nobody else. It is handed the page's parts, since a module loaded later cannot have them twice.

import { attempt, button } from "parts/button.js";
import { note } from "parts/chip.js";
import { ask } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";
import { i18n, t } from "parts/words.js";

const PARTS = { attempt, button, note, ask, h, icon, i18n, t };

/** @typedef {typeof PARTS} Parts */

/** Fills the card. @param {HTMLElement} place @param {import("pages/customer/case.js").Case} model @param {import("parts/page.js").Page} page @returns {() => void} leaves it */
export function openWhen(place, model, page) {
  const gone = new AbortController();
  void (async () => {
    const [{ whenCard }] = await Promise.all([import("pages/customer/when/card.js"), i18n.add("visit")]);
    if (!gone.signal.aborted) whenCard(PARTS, place, model, page, gone.signal);
  })().catch(() => {}); // without a line the rest of the page is there all the same
  return () => gone.abort();
}
