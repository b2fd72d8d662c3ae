// What is kept of the customer, once the request is over: to take along, signed, and to erase, after a question. Erasing
// needs the network, and says so: a wish that waited here would look like a deed, and could be lost with the phone.

import { attempt, button } from "parts/button.js";
import { ask } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";
import { forgetPhotos } from "pages/customer/photos.js";

/** @param {import("pages/customer/case.js").Case} model */
export function eraseLine(model) {
  const erase = async () => {
    if (!navigator.onLine) {
      await ask({ t: "customer.erase.offline", text: "customer.erase.offline.more", actions: [{ value: "", t: "common.close", kind: "primary" }] });
      return;
    }
    const choice = await ask({
      t: "customer.erase.title", text: "customer.erase.text",
      actions: [{ value: "", t: "customer.erase.keep", kind: "primary" }, { value: "erase", t: "customer.erase.do", kind: "danger", icon: "trash" }],
    });
    if (choice !== "erase") return;
    await model.erase();
    await forgetPhotos();
  };
  const kept = h("a", { class: "button", data: { kind: "quiet" }, download: "", href: model.api.url(`/api/requests/${model.request?.id}/evidence/bundle`, { surface: model.api.surface, language: model.language }) }, icon("download"), h("span", { t: "customer.kept" }));
  return h("div", { class: "stack" }, h("div", { class: "centre" }, kept), h("p", { class: "centre" }, button({ t: "customer.erase", kind: "quiet", icon: "trash", action: (event) => attempt(event.currentTarget, erase) })));
}
