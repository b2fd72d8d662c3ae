// After the call: the technician writes it up, a visit is on its way, or it is done and the customer has the last word.

import { attempt, button } from "parts/button.js";
import { chip, note } from "parts/chip.js";
import { ask } from "parts/dialog.js";
import { art, h } from "parts/dom.js";
import { field } from "parts/field.js";
import { icon } from "parts/icon.js";
import { stars } from "parts/stars.js";
import { keepTyped } from "parts/typed.js";
import { i18n, t } from "parts/words.js";
import { eraseLine } from "pages/customer/erasing.js";
import { frame } from "pages/customer/frame.js";
import { requestChat } from "pages/customer/messages.js";
import { openDoor } from "pages/customer/door.js";
import { openWhen } from "pages/customer/when.js";
import { photoStrip } from "pages/customer/photo-strip.js";
import { Photos } from "pages/customer/photos.js";

/** @typedef {import("pages/customer/screen.js").MakeScreen} MakeScreen */
/** @typedef {import("pages/customer/case.js").RequestView} RequestView */

const ROAD = ["assigned", "accepted", "travelling", "on_site", "done"];

/** @type {MakeScreen} */
export function after(model, page) {
  const element = h("div");
  let drawn = "";
  let score = 0; // stays through a change of language
  /** @type {(() => void)[]} */
  let leaving = [];
  /** @type {{place: HTMLElement, leave: () => void} | null} the card on which a time is chosen: one for the whole visit, so that news take away neither a choice nor an answer */
  let card = null;
  /** @type {{place: HTMLElement, leave: () => void} | null} the card on which the door is checked: one for the whole visit as well */
  let door = null;

  const draw = () => {
    const request = /** @type {RequestView} */ (model.request);
    const look = JSON.stringify([request.state, request.visit, request.outcome, request.outcome_note, request.verdict, i18n.language]);
    if (look === drawn) return; // a rating half written must not vanish because of a hint
    drawn = look;
    for (const leave of leaving) leave();
    leaving = [];
    if (request.state !== "visit") {
      card?.leave();
      card = null;
    }
    if (!["visit", "resolved", "closed"].includes(request.state)) {
      door?.leave();
      door = null;
    }
    const view = { wrap_up: writing, visit, resolved, closed, withdrawn }[request.state];
    const focused = /** @type {HTMLElement | null} */ ([card, door].some((each) => each?.place.contains(document.activeElement)) ? document.activeElement : null);
    element.replaceChildren(view ? view(request) : frame({ t: "common.loading" }));
    focused?.focus({ preventScroll: true });
  };

  const evidence = () => {
    const photos = new Photos(model);
    const strip = photoStrip(photos);
    const chat = requestChat(model);
    leaving.push(() => strip.leave(), () => chat.leave());
    void photos.open().catch(() => {});
    void chat.refresh().catch(() => {});
    photos.addEventListener("fault", (event) => page.toast.fault(/** @type {CustomEvent} */ (event).detail));
    return [h("section", { class: "card stack" }, h("h2", { t: "common.photos" }), strip), h("section", { class: "card stack" }, h("h2", { t: "common.chat" }), chat)];
  };

  const writing = () => frame({ picture: art("waiting"), t: "customer.writing.title", lead: "customer.writing.lead" }, h("div", { class: "progress-line", role: "status", label: "common.loading" }), evidence());

  /** @param {RequestView} request */
  const visit = (request) => frame(
    { picture: art("visit"), t: headOf(request), lead: request.visit?.rep_name ? "customer.visit.lead" : "customer.visit.lead_unplaced", params: { rep: request.visit?.rep_name } },
    atTheDoor(), when(), road(request), found(request), evidence(),
    h("p", { class: "centre" }, request.may.includes("withdrawn") && button({ t: "customer.visit.off", kind: "quiet", action: (event) => attempt(event.currentTarget, callOff) })),
  );

  /** When it suits: loaded only here, and left out where that does not come. */
  const when = () => {
    if (!card) {
      const place = h("section", { class: "card stack when", hidden: true });
      card = { place, leave: openWhen(place, model, page) };
    }
    return card.place;
  };

  /** Who stands there, and what is noted of the place: loaded as the card above is. */
  const atTheDoor = () => {
    if (!door) {
      const place = h("div", { class: "stack", hidden: true });
      door = { place, leave: openDoor(place, model, page) };
    }
    return door.place;
  };

  const callOff = async () => {
    const choice = await ask({ t: "customer.visit.off.title", text: "customer.visit.off.text", actions: [{ value: "", t: "customer.visit.keep", kind: "primary" }, { value: "off", t: "customer.visit.off", kind: "danger" }] });
    if (choice === "off") await model.withdraw();
  };

  /** @param {RequestView} request */
  const resolved = (request) => {
    const word = h("p", { class: "score-word", "aria-live": "polite" });
    const comment = field({ t: "customer.rating.comment", name: "comment", optional: true, type: "textarea", rows: 3, maxlength: 1000 });
    const forget = keepTyped(comment.control, `rating-${request.id}`);
    const rateIt = async () => {
      await model.rate(score, comment.control.value.trim());
      forget();
    };
    const notSolved = async () => {
      const choice = await ask({
        t: "customer.resolved.not.title", text: "customer.resolved.not.text",
        actions: [{ value: "", t: "common.back" }, { value: "again", t: "customer.resolved.not.do", kind: "primary", icon: "person" }],
      });
      if (choice === "again") await model.reopen();
    };
    const send = button({ t: "customer.rating.send", kind: "primary", size: "main", disabled: !score, action: rateIt });
    if (score) word.textContent = t(`customer.rating.${score}`);
    const rate = stars({
      label: "customer.rating.stars", value: score, word: (value) => t(`customer.rating.${value}`),
      change: (value) => {
        score = value;
        word.textContent = t(`customer.rating.${value}`);
        send.disabled = false;
      },
    });
    return frame({ picture: art("solved"), t: "customer.resolved.title", bottom: [send, button({ t: "customer.resolved.not", kind: "quiet", icon: "again", action: (event) => attempt(event.currentTarget, notSolved) })] },
      h("section", { class: "card stack rate" }, h("h2", { t: "customer.rating.title" }), rate, word, comment), found(request), atTheDoor(), eraseLine(model));
  };

  /** @param {RequestView} request */
  const closed = (request) => frame(
    { picture: art("solved"), t: "customer.closed.title", lead: "customer.closed.lead", bottom: [button({ t: "customer.again", action: () => model.startAgain(), size: "main" })] },
    found(request), eraseLine(model));

  const withdrawn = () => frame({
    picture: art("cat-other"), t: "customer.withdrawn.title", lead: "customer.withdrawn.lead",
    bottom: [button({ t: "customer.again", kind: "primary", size: "main", action: () => model.startAgain() })],
  }, eraseLine(model));

  draw();
  return { element, update: draw, relabel: draw, leave: () => [...leaving, card?.leave, door?.leave].forEach((leave) => leave?.()) };
}

/** What matters now: that somebody will come, is coming, or has come. @param {RequestView} request */
function headOf({ visit }) {
  const near = visit?.rep_name && ["travelling", "on_site"].includes(visit.state);
  return near ? `customer.visit.title.${visit.state}` : "customer.visit.title";
}

/** Today's time alone, another day's with the day. @param {string} at */
function day(at) {
  if (i18n.date(at) === i18n.date(new Date())) return i18n.time(at);
  return `${i18n.time(at, { weekday: "short" })} ${i18n.time(at)}`;
}

/** Where a window was promised, a time of its own belongs to the day itself. @param {{eta: string | null, window_start?: string | null}} visit */
function soon({ eta, window_start: promised }) {
  return !promised || i18n.date(eta ?? promised) === i18n.date(new Date());
}

/** Where the representative is on the way. @param {RequestView} request */
function road({ visit }) {
  const state = visit?.state ?? "";
  const at = ROAD.indexOf(state);
  if (at < 0) return note({ t: "customer.visit.unplaced", icon: "clock" });
  return h("section", { class: "card stack" },
    visit?.rep_name && h("div", { class: "split" }, h("h2", { text: visit.rep_name }), chip({ t: `common.task_state.${state}`, icon: state === "travelling" ? "car" : "check", tone: "brand" })),
    visit?.eta && at < 3 && soon(visit) && h("p", { class: "number eta" }, icon("clock"), h("span", { text: t("customer.visit.eta", { time: day(visit.eta) }) })),
    h("ol", { class: "road" }, ROAD.slice(0, 4).map((name, index) =>
      h("li", { data: { done: index <= at }, "aria-current": index === at ? "step" : null }, h("i", null, index <= at && icon("check")), h("span", { t: `common.task_state.${name}` })))));
}

/** What was found, in words for the customer. @param {RequestView} request */
function found({ verdict, outcome, outcome_note: words, technician, visit }) {
  if (!verdict && !words && !outcome) return null;
  return h("section", { class: "card stack found" },
    outcome && h("p", null, visit?.state === "done"
      ? chip({ t: "customer.found.visited", icon: "check", tone: "ok" })
      : visit?.state === "settled" ? chip({ t: "customer.found.settled", icon: "check", tone: "ok" })
      : chip({ t: `common.outcome.${outcome}`, icon: outcome === "needs_visit" ? "car" : "check", tone: "brand" })),
    verdict && h("p", { text: t("customer.found.pipe", { pipe: t(`common.ownership.${verdict.ownership}`) }) }),
    words && h("blockquote", { text: words }),
    technician && words && h("p", { class: "small muted", text: technician.name }),
    visit?.note && h("blockquote", { text: visit.note }),
    visit?.note && visit.rep_name && h("p", { class: "small muted", text: visit.rep_name }));
}
