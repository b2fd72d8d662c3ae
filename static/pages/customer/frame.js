// The shape all screens share: how far one is, a way back, a heading that takes the focus, what to do, and one main
// action within the thumb's reach.

import { button } from "parts/button.js";
import { h } from "parts/dom.js";

const STEPS = 4;

/**
 * @param {{step?: number, t?: string, params?: object, title?: string, lead?: string, leadText?: string, back?: () => unknown, picture?: Element, kicker?: Element | null,
 *   bottom?: (Element | false | null | undefined)[], class?: string}} props `t` and `lead` are keys, `title` and `leadText` plain
 * @param {...import("parts/dom.js").Child} body
 */
export function frame({ step, t, params, title, lead, leadText, back, picture, kicker, bottom, class: name = "" }, ...body) {
  return h(
    "div", { class: `screen customer ${name}` },
    (step || back) && h(
      "div", { class: "way" },
      back ? button({ icon: "back", kind: "quiet", size: "icon", label: "common.back", action: back }) : null,
      step ? h("div", { class: "steps-bar grow", role: "img", label: "customer.step", params: { step, steps: STEPS } },
        Array.from({ length: STEPS }, (_, i) => h("i", { data: { on: i < step } }))) : null,
    ),
    picture && h("div", { class: "picture" }, picture),
    h("div", { class: "stack heading" },
      kicker,
      t ? h("h1", { t, params, tabindex: -1 }) : h("h1", { text: title, tabindex: -1 }),
      lead ? h("p", { class: "lead", t: lead, params }) : leadText && h("p", { class: "lead", text: leadText })),
    h("div", { class: "stack body" }, body),
    bottom && h("div", { class: "bottom-bar stack" }, bottom),
  );
}
