// A question in somebody's own words, up to three answers, and always a way to a person. Words of danger lead to the
// safety stop at once. What was found stays on the phone, and is looked through where there is no network.

import { answerCard } from "parts/answer.js";

/** @typedef {import("pages/customer/ask.js").Parts} Parts */
/** @typedef {import("parts/answer.js").Found} Found */

const CATEGORY = /** @type {Record<string, string>} */ ({ leak: "leak", no_water: "no_water", pressure: "low_pressure", quality: "dirty_water", meter: "meter" });
const KEPT = 30;

/** @param {Parts} parts @param {HTMLElement} place @param {import("pages/customer/case.js").Case} model */
export async function askCard(parts, place, model) {
  const { button, note, h, field, pass } = parts;
  const words = field({ t: "ask.words", name: "ask", hint: "ask.words.hint", maxlength: 200, enterkeyhint: "search", autocomplete: "off" });
  const found = h("div", { class: "stack", "aria-live": "polite" });
  const go = button({ t: "ask.search", icon: "search", kind: "primary", type: "submit" });
  const form = h("form", { class: "stack", role: "search", label: "ask.words" }, words, go);
  const control = /** @type {HTMLInputElement} */ (words.control);
  const kept = `answers:${model.language}`;

  /** A step further, with what was asked as what is wrong. @param {string} category @param {boolean} person */
  const start = async (category, person) => {
    const description = control.value.trim();
    if (!model.request) await model.start(category);
    if (description && !model.request?.description) await model.change({ description });
    if (person) pass(model, "person");
  };

  /** The safety stop of the guide: to the head of the queue. */
  const stop = async () => {
    if (!model.request) await model.start("other");
    const { guide, request } = model;
    const step = request?.guide?.guide === guide?.id && request?.guide?.step ? request.guide.step : guide?.start;
    if (guide && step && request?.state === "guiding" && !request.guide?.ending) await model.answer(guide.id, step, "danger");
    else await model.askPerson();
  };

  /** @param {Found} answer @param {string} kind */
  const say = (answer, kind) => model.api.post(`/api/answers/${answer.id}/uses`, { kind, language: model.language }, { tries: 1 }).catch(() => {});

  /** @param {Found} answer @param {boolean} open */
  const shown = (answer, open) => {
    const end = h("div", { class: "stack tight" });
    const guide = !model.request && answer.guides[0];
    end.append(
      button({ t: "ask.helped", icon: "done", action: async () => {
        void say(answer, "helped");
        end.replaceChildren(note({ t: "ask.glad", icon: "check", tone: "ok" }), still());
      } }),
      button({ t: "ask.person", icon: "person", action: async () => {
        void say(answer, "not_helped");
        await start(CATEGORY[answer.subject] ?? "other", true);
      } }),
      ...(guide ? [button({ t: "ask.guide", icon: "list", kind: "quiet", action: () => start(guide, false) })] : []));
    if (open) void say(answer, "opened");
    return answerCard(h, answer, { open, opened: () => void say(answer, "opened") }, end);
  };

  const still = () => button({ t: "ask.person", icon: "person", kind: "quiet", action: () => start("other", true) });

  /** @param {string} hazard */
  const danger = (hazard) => found.replaceChildren(
    note({ t: `ask.danger.${hazard}`, tone: "bad", icon: "alert" }),
    button({ t: "ask.danger.call", icon: "person", kind: "danger", size: "main", action: stop }));

  /** @param {Found[]} answers @param {boolean} sure @param {boolean} offline */
  const show = (answers, sure, offline) => found.replaceChildren(
    // Words of danger are known by the server alone: without it, what is dangerous is said before any answer.
    ...(offline ? [note({ t: "ask.offline.danger", icon: "alert", tone: "bad" }), note({ t: answers.length ? "ask.offline" : "ask.offline.none", icon: "offline", tone: "warn" })] : []),
    ...(answers.length ? [h("p", { class: "muted", t: sure ? "ask.sure" : "ask.perhaps" }), ...answers.map((each, at) => shown(each, sure && at === 0))]
      : offline ? [] : [h("p", { t: "ask.none" })]),
    answers.length ? still() : button({ t: "ask.person", icon: "person", kind: "primary", action: () => start("other", true) }));

  const search = async () => {
    const asked = control.value.trim();
    words.fault(asked ? null : "ask.words.missing");
    if (!asked) return control.focus();
    /** @type {Found[]} */
    const before = (await model.kept?.get(kept)) ?? [];
    try {
      const told = await model.api.post("/api/answer-searches", { words: asked, language: model.language }, { tries: 1 });
      if (told.danger) return danger(told.danger);
      show(told.answers, told.sure === "sure", false);
      const all = new Map([...told.answers, ...before].map((/** @type {Found} */ each) => [each.id, each]));
      await model.kept?.put(kept, [...all.values()].slice(0, KEPT));
    } catch (error) {
      if (!(/** @type {{passing?: boolean}} */ (error).passing)) throw error;
      show(alike(before, asked), false, true);
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go.setAttribute("aria-busy", "true");
    search().catch((error) => form.dispatchEvent(new CustomEvent("fault", { bubbles: true, detail: error }))).finally(() => go.removeAttribute("aria-busy"));
  });
  place.replaceChildren(form, found);
  control.focus();
}

/** Of what was read on this phone, what has most of the question's letters beside each other. @param {Found[]} answers @param {string} asked */
function alike(answers, asked) {
  const pairs = new Set([...asked].slice(1).map((each, at) => `${[...asked][at]}${each}`.toLowerCase()));
  const near = answers.map((each) => ({ each, hits: [...pairs].filter((pair) => `${each.question} ${each.text}`.toLowerCase().includes(pair)).length }));
  return near.filter(({ hits }) => hits >= Math.max(1, pairs.size / 3)).sort((a, b) => b.hits - a.hits).slice(0, 3).map(({ each }) => each);
}
