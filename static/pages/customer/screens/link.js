// A personal link: the welcome it opens, or why it does not.

import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { art } from "parts/dom.js";
import { i18n } from "parts/words.js";
import { frame } from "pages/customer/frame.js";
import { pass } from "pages/customer/screens.js";

/** @typedef {import("pages/customer/screens.js").MakeScreen} MakeScreen */

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

/** @type {MakeScreen} */
export function linkFault(model) {
  return {
    element: frame(
      {
        picture: art("blocked"), t: "customer.link.title",
        bottom: [button({ t: "customer.link.start", kind: "primary", size: "main", action: () => model.startAgain() })],
      },
      note({ text: i18n.error(model.fault), tone: "warn", icon: "link" }),
      note({ t: "customer.link.more" }),
    ),
  };
}
