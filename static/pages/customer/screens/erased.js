// Nothing is known of the customer any more, here or on this device.

import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { art } from "parts/dom.js";
import { frame } from "pages/customer/frame.js";

/** @type {import("pages/customer/screen.js").MakeScreen} */
export function erased(model) {
  return {
    element: frame(
      { picture: art("solved"), t: "customer.erased.title", lead: "customer.erased.lead", bottom: [button({ t: "customer.again", size: "main", action: () => model.startAgain() })] },
      note({ t: "customer.erased.kept", icon: "shield" }),
    ),
  };
}
