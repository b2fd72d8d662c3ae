// What to do without a camera: a way to allow it, to open the page elsewhere, or to go on with photos and words.

import { sheet } from "parts/dialog.js";
import { art, h } from "parts/dom.js";
import { icon } from "parts/icon.js";

/** @param {import("call/camera.js").CameraFault} fault @param {import("parts/page.js").Page} page @returns {Promise<"retry" | "photos" | null>} */
export async function cameraHelp(fault, page) {
  const elsewhere = fault === "unsupported";
  const steps = elsewhere ? ["menu", "browser", "again"] : fault === "refused" ? ["lock", "allow", "again"] : ["close", "again"];
  const answer = await sheet({
    t: `customer.camera.${fault}`,
    body: [
      h("div", { class: "picture" }, art("blocked")),
      h("p", { t: `customer.camera.${fault}.more` }),
      h("ol", { class: "numbered" }, steps.map((step) => h("li", null, icon(step === "menu" ? "more" : "check"), h("span", { t: `customer.camera.step.${step}` })))),
      h("p", { class: "muted", t: "customer.camera.anyway" }),
    ],
    actions: [
      elsewhere ? { value: "copy", t: "customer.camera.copy", icon: "copy", kind: "primary" } : { value: "retry", t: "customer.camera.retry", icon: "again", kind: "primary" },
      { value: "photos", t: "customer.camera.photos", icon: "photo" },
    ],
  });
  if (answer !== "copy") return answer === "retry" || answer === "photos" ? answer : null;
  // The address alone: this browser's session stays here, the utility can send a new personal link.
  await navigator.clipboard?.writeText(location.origin + location.pathname).then(() => page.toast.show({ t: "common.copied" }), () => page.toast.show({ text: location.origin, seconds: 20 }));
  return null;
}
