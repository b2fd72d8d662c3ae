// Corrects what the customer said: name, number, address, what is wrong. Refused because somebody changed it first, the
// new state is shown and the words stay.

import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import { addressField, written as asWritten } from "parts/address-field.js";
import { field } from "parts/field.js";
import { phoneField } from "parts/phone-field.js";
import { i18n } from "parts/words.js";
import { note } from "parts/chip.js";
import { formDialog } from "pages/desk/form-dialog.js";

const CATEGORIES = ["leak", "no_water", "low_pressure", "dirty_water", "meter", "other"];

/** @param {import("pages/desk/desk.js").Desk} desk @param {import("pages/desk/work.js").Work} work @param {"address"} [start] */
export async function editDetails(desk, work, start) {
  const { request } = work;
  if (!request) return;
  const name = field({ t: "desk.who.name", name: "name", value: request.contact.name, maxlength: 80, autocomplete: "off" });
  const phone = phoneField({ t: "desk.who.phone", value: request.contact.phone, region: desk.page.shell.region, optional: true });
  /** @type {import("parts/address-field.js").FoundPlace | null} */
  let found = null;
  const address = addressField({
    api: desk.page.api,
    field: { t: "desk.who.place", name: "address", value: request.place?.address ?? "", maxlength: 200, optional: true },
    chosen: (place) => {
      found = place;
    },
  });
  const select = h("select", { class: "input" }, CATEGORIES.map((value) => h("option", { value, t: `common.category.${value}`, selected: value === request.category })));
  const category = field({ t: "desk.who.category", name: "category", input: select });
  const trouble = h("div", { role: "alert" });

  /** What was chosen or is surely meant; else the new words, with the point if the customer stood there: one that came from the old address went with it. @param {string} written */
  const placeOf = async (written) => {
    const meant = found && asWritten(found) === written ? found : await address.meaning();
    if (meant) return { address: written, source: "address", lon: meant.lon, lat: meant.lat };
    const { lon = null, lat = null, source = "address" } = request.place ?? {};
    return { address: written, source, ...(lon !== null && source !== "address" && { lon, lat }) };
  };

  const save = async () => {
    const number = phone.value();
    if (number === null) return false;
    const written = address.control.value.trim();
    const moved = written !== (request.place?.address ?? "") && written !== "";
    const place = moved ? await placeOf(written) : null;
    try {
      await work.send("PATCH", "", {
        version: work.request?.version, category: select.value, contact: { name: name.control.value.trim(), phone: number },
        ...(place && { place }),
      });
      return true;
    } catch (error) {
      trouble.replaceChildren(note({ text: i18n.error(error), tone: "bad", icon: "alert" }));
      return false;
    }
  };
  await formDialog({ t: "desk.edit.title", body: [name, phone, address, category, trouble], submit: button({ t: "common.save", kind: "primary", type: "submit" }), save, focus: start === "address" ? address.control : name.control });
}
