// Above the picture: whom I talk to, for how long, how good the line is in words, and the ways out of the call.

import { qualityChip } from "call/quality-chip.js";
import { stayInCall } from "call/staying.js";
import { attempt, button } from "parts/button.js";
import { chip } from "parts/chip.js";
import { ask } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { segmented } from "parts/field.js";
import { i18n, t } from "parts/words.js";
import { categoryChip, languageChip, stateChip, urgencyChip } from "pages/desk/labels.js";
import { ticking } from "pages/desk/ticker.js";

const REASONS = ["other_skill", "other_language", "shift_over", "other"];

/** @param {import("pages/desk/work-place.js").Bench} bench */
export function workHead({ desk, keys, work, signal }) {
  const who = h("h2", { tabindex: -1 });
  const chips = h("div", { class: "chips" });
  const line = h("span", { class: "line chips", role: "status" });
  const time = h("span", { class: "call-time" });
  const end = button({ icon: "end", t: "desk.end", kind: "danger", key: "E", action: (event) => attempt(event.currentTarget, endCall) });
  const back = button({ icon: "undo", t: "desk.return", title: "desk.return", kind: "quiet", key: "R", class: "button give-back", action: (event) => attempt(event.currentTarget, giveBack) });
  const resume = button({ icon: "video", t: "desk.resume", action: () => work.act("call-resumption") });
  const close = button({ icon: "close", kind: "quiet", size: "icon", label: "desk.close", title: "desk.close", action: () => desk.show(null) });
  const element = h("header", { class: "work-head" }, h("div", { class: "work-top" }, h("div", { class: "who-line grow" }, who, time), back, resume, end, close), h("div", { class: "work-chips" }, chips, line));

  const name = () => work.request?.contact.name || t("desk.someone");

  const endCall = async () => {
    if (!work.call) return;
    const asking = ask({ t: "desk.end.title", params: { name: name() }, text: "desk.end.text", actions: [{ value: "stay", t: "desk.end.stay" }, { value: "end", t: "desk.end", kind: "danger", icon: "end" }] });
    // It can be taken up again, so Enter may mean yes.
    /** @type {HTMLElement | null} */ (document.querySelector("dialog[open] [data-kind=danger]"))?.focus();
    if ((await asking) === "end") await work.act("call-end", { reason: "technician" });
  };

  const giveBack = async () => {
    let reason = "other";
    const choice = segmented({ name: "reason", label: "desk.return.reason", value: reason, change: (value) => (reason = value), options: REASONS.map((value) => ({ value, t: `desk.return.${value}` })) });
    choice.classList.add("upright");
    const answer = await ask({ t: "desk.return.title", params: { name: name() }, text: "desk.return.text", body: [choice], actions: [{ value: "stay", t: "common.cancel" }, { value: "return", t: "desk.return", kind: "primary" }] });
    if (answer !== "return") return;
    await work.act("return", { reason });
    desk.show(null);
    desk.page.toast.show({ t: "desk.return.done" });
  };

  /** @param {() => Promise<void>} action */
  const byKey = (action) => void action().catch((error) => desk.page.toast.fault(error));
  keys.on("end", () => (work.call ? byKey(endCall) : false), signal);
  keys.on("back", () => (work.may("returned") ? byKey(giveBack) : false), signal);
  let before = "";

  const draw = () => {
    const { request, call } = work;
    if (!request) return;
    if (who.textContent !== name()) who.textContent = name();
    chips.replaceChildren(...[stateChip(request.state), urgencyChip(request.priority), categoryChip(request.category), languageChip(request.language)].filter((part) => part !== null));
    end.hidden = !call;
    back.hidden = !(work.atWork && work.may("returned"));
    resume.hidden = !(work.atWork && work.may("call_resumed"));
    close.hidden = Boolean(call);
    const since = request.call?.customer_joined_at ?? request.call?.accepted_at;
    time.replaceChildren(...(call && since ? [ticking(Date.parse(since))] : []));
    const level = call && call.room.line === "joined" && call.other?.here ? call.level : null;
    const silent = call?.other?.here && call.other.media_state && call.other.media_state.microphone !== "on";
    const now = `${level} ${silent} ${i18n.language}`;
    if (now !== before) {
      line.replaceChildren(
        ...(level ? [qualityChip(level)] : []),
        ...(silent ? [chip({ t: "desk.their_mic", icon: "mic-off" })] : []),
      );
    }
    before = now;
  };
  /** @type {AbortController | null} */
  let staying = null;
  const follow = () => {
    staying?.abort();
    staying = work.call && new AbortController();
    work.call?.addEventListener("change", draw, { signal });
    if (staying) stayInCall(() => byKey(endCall), staying.signal);
  };
  work.addEventListener("call", follow, { signal });
  signal.addEventListener("abort", () => staying?.abort());
  follow();
  queueMicrotask(() => who.focus({ preventScroll: true }));
  return { element, draw };
}
