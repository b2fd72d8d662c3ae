// A personal link: the welcome it opens, or why it does not.

import { ApiError } from "lib/api.js";
import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { art, h } from "parts/dom.js";
import { i18n } from "parts/words.js";
import { frame } from "pages/customer/frame.js";
import { telephone } from "pages/customer/telephone.js";
import { pass } from "pages/customer/screen.js";

/** @typedef {import("pages/customer/screen.js").MakeScreen} MakeScreen */

/** @type {MakeScreen} */
export function invited(model) {
  const { contact, owner } = /** @type {import("pages/customer/case.js").RequestView} */ (model.request);
  return {
    element: frame(
      {
        picture: art("waiting"), t: contact.name ? "customer.invited.title" : "customer.invited.title_plain", params: { name: contact.name, technician: owner.name },
        lead: "customer.invited.lead",
        bottom: [
          button({
            t: "customer.invited.start", icon: "video", kind: "primary", size: "main",
            action: async () => {
              await model.askPerson();
              pass(model, "invited");
            },
          }),
          button({
            t: "customer.invited.guide", kind: "quiet",
            action: () => {
              pass(model, "what");
              pass(model, "invited");
            },
          }),
        ],
      },
      note({ t: "customer.privacy", icon: "shield" }),
    ),
  };
}

/** A personal link inside an app that has no camera: it is not used up, so that it still opens in a browser. @type {MakeScreen} */
export function elsewhere(model, page) {
  const copy = async () => {
    const link = `${location.origin}/#i=${model.token}`;
    try {
      await navigator.clipboard.writeText(link);
      page.toast.show({ t: "common.copied" });
    } catch {
      page.toast.show({ text: link, seconds: 60 });
    }
  };
  const steps = ["menu", "browser"];
  return {
    element: frame(
      {
        picture: art("blocked"), t: "customer.elsewhere.title", lead: "customer.elsewhere.lead",
        bottom: [
          button({ t: "customer.elsewhere.copy", icon: "copy", kind: "primary", size: "main", action: copy }),
          button({ t: "customer.elsewhere.here", kind: "quiet", action: () => model.redeem() }),
        ],
      },
      h("ol", { class: "numbered" }, steps.map((step) => h("li", null, h("span", { t: `customer.camera.step.${step}` })))),
    ),
  };
}

/** @type {MakeScreen} */
export function linkFault(model, page) {
  const asleep = model.fault instanceof ApiError && model.fault.code === "link_asleep";
  return {
    element: frame(
      {
        picture: art("blocked"), t: asleep ? "customer.link.asleep.title" : "customer.link.title",
        bottom: [button({ t: "customer.link.start", kind: "primary", size: "main", action: () => model.startAgain() })],
      },
      asleep ? note({ t: "customer.link.asleep", icon: "link" }) : note({ text: i18n.error(model.fault), tone: "warn", icon: "link" }),
      note({ t: "customer.link.more" }),
      telephone(page),
    ),
  };
}
