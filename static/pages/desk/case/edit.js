// Corrects what the customer said: name, number, address, what is wrong. Refused because somebody changed it first, the
// new state is shown and the words stay.

import { button } from "parts/button.js";
import { h } from "parts/dom.js";
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
  const address = field({ t: "desk.who.place", name: "address", value: request.place?.address ?? "", maxlength: 200, autocomplete: "off", optional: true });
  const select = h("select", { class: "input" }, CATEGORIES.map((value) => h("option", { value, t: `common.category.${value}`, selected: value === request.category })));
  const category = field({ t: "desk.who.category", name: "category", input: select });
  const trouble = h("div", { role: "alert" });

  const save = async () => {
    const number = phone.value();
    if (number === null) return false;
    const written = address.control.value.trim();
    const { lon = null, lat = null, source = "address" } = request.place ?? {};
    const moved = written !== (request.place?.address ?? "") && written !== "";
    try {
      await work.send("PATCH", "", {
        version: work.request?.version, category: select.value, contact: { name: name.control.value.trim(), phone: number },
        ...(moved && { place: { address: written, source, ...(lon !== null && { lon, lat }) } }),
      });
      return true;
    } catch (error) {
      trouble.replaceChildren(note({ text: i18n.error(error), tone: "bad", icon: "alert" }));
      return false;
    }
  };
  await formDialog({ t: "desk.edit.title", body: [name, phone, address, category, trouble], submit: button({ t: "common.save", kind: "primary", type: "submit" }), save, focus: start === "address" ? address.control : name.control });
}
