// The guide, one step a screen. Where it stands is the API's to know; going back is only looking again, because a
// step may be answered anew. A person can be asked at any step.

import { clock } from "lib/time.js";
import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";
import { i18n } from "parts/words.js";
import { buzz } from "parts/awake.js";
import { frame } from "pages/customer/frame.js";
import { guideArt } from "pages/customer/guide-art.js";
import { pass } from "pages/customer/screen.js";

/** @typedef {import("pages/customer/screen.js").MakeScreen} MakeScreen */
/** @typedef {import("pages/customer/case.js").GuideStep} GuideStep */
/** @typedef {import("pages/customer/case.js").GuideAnswer} GuideAnswer */

const FACES = /** @type {Record<string, {icon: string, order: number}>} */ ({
  helped: { icon: "done", order: 0 }, done: { icon: "check", order: 1 }, not_helped: { icon: "close", order: 2 },
  cannot: { icon: "hand", order: 3 }, danger: { icon: "alert", order: 4 },
});

/** @type {MakeScreen} */
export function guide(model) {
  const element = h("div", { class: "guide-place" });
  /** @type {string[]} steps seen, to go back through */
  let trail = [];
  /** Steps that were shown: news of one of them take nobody away from the step that they went back to. @type {Set<string>} */
  const seen = new Set();
  let at = "";
  let giving = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let ticking;

  const standing = () => {
    const position = model.request?.guide;
    return position?.guide === model.guide?.id && position?.step ? position.step : (model.guide?.start ?? "");
  };

  /** @param {string} step */
  const named = (step) => `${model.guide?.id} ${step}`;

  /** @param {GuideStep} step @param {GuideAnswer} answer */
  const give = async (step, answer) => {
    if (giving) return; // one answer to a step: a second finger does not give another
    giving = true;
    const guideId = /** @type {string} */ (model.guide?.id);
    const position = await model.answer(guideId, step.id, answer.answer).finally(() => (giving = false));
    if (!position?.step || position.ending) return; // the request's state shows another screen now
    trail.push(step.id);
    element.dispatchEvent(new Event("step", { bubbles: true }));
    draw(position.step);
  };

  const back = () => (trail.length ? draw(/** @type {string} */ (trail.pop())) : pass(model, "what"));

  /** @param {string} name */
  const draw = (name) => {
    const step = model.guide?.steps[name];
    if (!step) return;
    at = name;
    seen.add(named(name));
    clearInterval(ticking);
    const answers = [...step.answers].sort((a, b) => (FACES[a.answer]?.order ?? 9) - (FACES[b.answer]?.order ?? 9));
    const safety = step.kind === "safety";
    element.replaceChildren(
      frame(
        {
          step: 4, title: step.title, leadText: step.text, class: "guide", picture: guideArt(step.illustration, model.request?.category), back: trail.length ? back : undefined,
          kicker: h("p", { class: "kind" }, icon(safety ? "shield" : step.kind === "action" ? "wrench" : "search"), " ", h("span", { t: `customer.guide.${step.kind}` })),
        },
        step.safety && note({ text: step.safety, tone: "warn", icon: "alert" }),
        step.tips.length > 0 && h("ul", { class: "tips" }, step.tips.map((tip) => h("li", null, icon("check"), h("span", { text: tip })))),
        step.minutes && timer(step.minutes, (id) => (ticking = id)),
        h("div", { class: "stack answers", role: "group", label: "customer.guide.answers" }, answers.map((answer, index) => answerButton(step, answer, index, safety))),
        h("p", { class: "person-line" }, button({ t: "customer.guide.person", icon: "person", kind: "quiet", action: () => pass(model, "person") })),
      ),
    );
    scrollTo(0, 0);
    if (trail.length) /** @type {HTMLElement | null} */ (element.querySelector("h1"))?.focus({ preventScroll: true });
  };

  /** @param {GuideStep} step @param {GuideAnswer} answer @param {number} index @param {boolean} safety */
  const answerButton = (step, answer, index, safety) => {
    const danger = answer.answer === "danger";
    const main = index === 0 && !danger;
    return button({
      text: answer.label, icon: FACES[answer.answer]?.icon, size: "main", "data-answer": answer.answer,
      kind: danger && safety ? "danger" : danger ? "quiet" : main && !safety ? "primary" : undefined,
      action: () => give(step, answer),
    });
  };

  draw(standing());
  return {
    element,
    back,
    update() {
      if (!seen.has(named(standing()))) draw(standing());
    },
    leave: () => clearInterval(ticking),
    relabel: () => draw(at),
  };
}

/** How long to watch, counted down once it is started. @param {number} minutes @param {(id: ReturnType<typeof setInterval>) => void} started */
function timer(minutes, started) {
  const face = h("span", { class: "number clock", text: clock(minutes * 60), role: "timer" });
  const start = button({
    t: "customer.guide.timer", params: { count: minutes }, icon: "clock",
    action: () => {
      const until = Date.now() + minutes * 60_000;
      start.hidden = true;
      const id = setInterval(() => {
        const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
        face.textContent = clock(left);
        if (left > 0) return;
        clearInterval(id);
        face.textContent = i18n.t("customer.guide.timer_over");
        buzz(300, 150, 300);
      }, 500);
      started(id);
    },
  });
  return h("div", { class: "timer split" }, face, start);
}
