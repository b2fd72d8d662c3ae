// The way to the card on which a customer checks who stands at the door, and reads what is noted of their place. As with the
// visit's times (`when.js`), it is loaded by whoever has a visit, and by nobody else.

import { attempt, button } from "parts/button.js";
import { chip, note } from "parts/chip.js";
import { ask } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { field } from "parts/field.js";
import { icon } from "parts/icon.js";
import { i18n, nameOf, t } from "parts/words.js";

const PARTS = { attempt, button, chip, note, ask, h, field, icon, i18n, nameOf, t };

/** @typedef {typeof PARTS} Parts */

/** Fills the card. @param {HTMLElement} place @param {import("pages/customer/case.js").Case} model @param {import("parts/page.js").Page} page @returns {() => void} leaves it */
export function openDoor(place, model, page) {
  const gone = new AbortController();
  void (async () => {
    const [{ doorCard }] = await Promise.all([import("pages/customer/door/card.js"), i18n.add("visit")]);
    if (!gone.signal.aborted) doorCard(PARTS, place, model, page, gone.signal);
  })().catch(() => {}); // without a line the rest of the page is there all the same
  return () => gone.abort();
}
