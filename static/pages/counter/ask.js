// A new request on the caller's behalf: what is wrong, where, telephone, a word. What the account says is filled in.

import { uuid7 } from "lib/ids.js";
import { addressField } from "parts/address-field.js";
import { button, run } from "parts/button.js";
import { note } from "parts/chip.js";
import { h } from "parts/dom.js";
import { field, segmented } from "parts/field.js";
import { phoneField } from "parts/phone-field.js";
import { i18n } from "parts/words.js";

const CATEGORIES = ["leak", "no_water", "low_pressure", "dirty_water", "meter", "other"];
const KEPT = "counter-channel"; // a window stays a window

/**
 * @param {import("parts/page.js").Page} page @param {{phone: string, address: string, name: string, language: string}} known
 * @param {(request: import("pages/counter/model.js").Open) => void} made
 */
export function askForm(page, known, made) {
  const clientId = uuid7();
  let channel = localStorage.getItem(KEPT) === "window" ? "window" : "hotline";
  /** @type {import("parts/address-field.js").FoundPlace | null} */
  let chosen = null;
  const select = h("select", { class: "input", name: "category" }, CATEGORIES.map((value) => h("option", { value, t: `common.category.${value}` })));
  const category = field({ t: "counter.what", name: "category", input: select });
  const where = addressField({ api: page.api, field: { t: "counter.where", name: "address", maxlength: 200, value: known.address }, chosen: (place) => (chosen = place) });
  const phone = phoneField({ t: "counter.phone", region: page.shell.region, value: known.phone });
  const word = field({ t: "counter.word", name: "word", type: "textarea", maxlength: 1000, rows: 2 });
  const trouble = h("div", { role: "alert" });
  const came = segmented({ name: "channel", label: "counter.channel", value: channel, options: ["hotline", "window"].map((value) => ({ value, t: `counter.channel.${value}` })),
    change: (value) => {
      channel = value;
      localStorage.setItem(KEPT, value);
    } });

  const send = async () => {
    trouble.replaceChildren();
    const number = phone.value();
    if (number === null) return;
    const address = where.control.value.trim();
    phone.fault(number || address ? null : "counter.required");
    if (!number && !address) return phone.querySelector("input")?.focus();
    const place = chosen ?? (await where.meaning());
    try {
      made(await page.api.post("/api/counter/requests", {
        client_id: clientId, channel, category: select.value, phone: number, name: known.name.slice(0, 80), description: word.control.value.trim(), language: known.language || i18n.locale,
        ...(address && { place: { address, ...(place && { lon: place.lon, lat: place.lat }) } }),
      }));
    } catch (error) {
      trouble.replaceChildren(note({ text: i18n.error(error), tone: "bad", icon: "alert" }));
    }
  };
  const submit = button({ t: "counter.send", icon: "check", kind: "primary", type: "submit" });
  const element = h("form", { class: "stack", novalidate: true, on: { submit: (event) => {
    event.preventDefault();
    void run(submit, send);
  } } }, h("h3", { t: "counter.new" }), came, category, where, phone, word, trouble, submit);
  return { element, focus: () => select.focus() };
}
