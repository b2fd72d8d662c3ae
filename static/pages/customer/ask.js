// The way to asking in one's own words. Behind a tap, and loaded with it: a first visit does not pay for it.

import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { h } from "parts/dom.js";
import { field } from "parts/field.js";
import { i18n, t } from "parts/words.js";
import { pass } from "pages/customer/screen.js";

const PARTS = { button, note, h, field, i18n, t, pass };

/** @typedef {typeof PARTS} Parts */

/** @param {import("pages/customer/case.js").Case} model */
export function askOwnWords(model) {
  const place = h("div", { class: "stack ask" });
  const open = async () => {
    const [{ askCard }] = await Promise.all([import("pages/customer/ask/card.js"), i18n.add("ask")]);
    await askCard(PARTS, place, model);
  };
  place.append(button({ t: "customer.ask", icon: "search", action: open }));
  return place;
}
