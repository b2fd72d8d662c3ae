// The caller's card: whose account it is, what is open there, and the new request; behind each request that is this
// agent's, what can be done with it.

import { button } from "parts/button.js";
import { chip } from "parts/chip.js";
import { h } from "parts/dom.js";
import { i18n } from "parts/words.js";
import { spaced } from "lib/phone.js";
import { acts } from "pages/counter/acts.js";
import { askForm } from "pages/counter/ask.js";

/** @typedef {import("pages/counter/model.js").Hit} Hit */
/** @typedef {import("pages/counter/model.js").Open} Open */

/**
 * @param {import("parts/page.js").Page} page @param {import("pages/counter/model.js").Model} model
 * @param {Hit | null} hit null: somebody whom no account knows @param {() => void} changed
 */
export function callerCard(page, model, hit, changed) {
  const phone = hit?.phone || model.found?.phone || "";
  const requests = hit ? hit.open : (model.found?.open ?? []);
  const form = h("div", { class: "counter-new" });
  const open = h("div", { class: "stack tight" });
  const made = h("div");

  /** @param {Open} request */
  const row = (request) => h("article", { class: "counter-request stack tight" },
    h("div", { class: "split" }, h("b", { t: `common.category.${request.category}` }), chip({ t: `common.request_state.${request.state}` })),
    h("p", { class: "small", text: [request.name, request.address, request.description].filter(Boolean).join(" · ") }),
    h("p", { class: "small muted" }, h("span", { text: i18n.time(request.created_at, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" }) }), " · ",
      request.mine ? h("span", { t: "counter.mine" }) : h("span", { t: "counter.owner", params: { name: request.owner } })));

  /** @param {Open} request */
  const withActs = (request) => {
    const element = row(request);
    if (request.mine && request.state === "guiding") element.append(acts(page, request, (after) => {
      element.replaceWith(withActs(after));
      changed();
    }));
    return element;
  };

  open.append(...(requests.length ? requests.map(withActs) : [h("p", { class: "muted", t: "counter.open.none" })]));
  const ask = () => {
    const asking = askForm(page, { phone, address: hit?.address ?? "", name: hit?.name ?? "", language: hit?.language ?? "" }, (request) => {
      form.replaceChildren();
      more.hidden = false;
      made.replaceChildren(h("p", { class: "counter-made", role: "status", t: "counter.made" }), withActs(request));
      made.querySelector("button")?.focus();
      changed();
    });
    more.hidden = true;
    form.replaceChildren(asking.element);
    asking.focus();
  };
  const more = button({ t: "counter.new", icon: "plus", key: "N", action: ask });
  const element = h("div", { class: "card stack counter-card", tabindex: "-1" },
    h("div", { class: "split" }, hit ? h("h2", { text: hit.name || hit.reference }) : h("h2", { t: "counter.caller" }),
      hit?.dependant && chip({ t: "counter.dependant", icon: "drop", tone: "warn" })),
    h("dl", { class: "counter-facts" }, fact("counter.phone", phone && spaced(phone)), fact("counter.where", hit?.address), fact("counter.account", hit?.reference), fact("counter.meter", hit?.meter)),
    made, h("h3", { t: "counter.open" }), open, more, form);
  return { element, ask, open: requests.length };
}

/** @param {string} key @param {string | undefined} text */
function fact(key, text) {
  return text ? h("div", null, h("dt", { t: key }), h("dd", { text })) : null;
}
