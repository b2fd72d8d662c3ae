// Erasing what tells of the customer: a quiet way to it once the request is over, and a question before it.

import { attempt, button } from "parts/button.js";
import { ask } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { forgetPhotos } from "pages/customer/photos.js";

/** @param {import("pages/customer/case.js").Case} model */
export function eraseLine(model) {
  const erase = async () => {
    const choice = await ask({
      t: "customer.erase.title", text: "customer.erase.text",
      actions: [{ value: "", t: "customer.erase.keep", kind: "primary" }, { value: "erase", t: "customer.erase.do", kind: "danger", icon: "trash" }],
    });
    if (choice !== "erase") return;
    await model.erase();
    await forgetPhotos();
  };
  return h("p", { class: "centre" }, button({ t: "customer.erase", kind: "quiet", icon: "trash", action: (event) => attempt(event.currentTarget, erase) }));
}
