// One answer: what it says in each language, what is missing, what came of it, and each version.

import { attempt, button } from "parts/button.js";
import { chip, note } from "parts/chip.js";
import { ask } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { nothing } from "parts/empty.js";
import { i18n, t } from "parts/words.js";
import { TONES } from "pages/answers/list.js";
import { LANGUAGES, SUBJECTS } from "pages/answers/model.js";

const CAME = /** @type {const} */ (["offered", "opened", "helped", "not_helped", "inserted", "relapsed"]);

/** @param {import("pages/answers/model.js").Model} model */
export function editor(model) {
  const element = h("div", { class: "stack" });
  const bar = h("div", { class: "answers-bar stack tight" });

  const buttons = () => {
    const { chosen, unsaved } = model;
    if (!chosen) return;
    /** @param {"review" | "publication" | "withdrawal"} what */
    const move = (what) => () => model.move(what);
    const off = async () => {
      const wish = await ask({ t: "answers.withdraw", text: "answers.withdraw.sure", actions: [{ value: "", t: "common.back" }, { value: "yes", t: "answers.withdraw", kind: "danger" }] });
      if (wish === "yes") await model.move("withdrawal");
    };
    bar.replaceChildren(
      h("div", { class: "cluster" }, h("h2", { text: chosen.code }), chip({ t: `answers.state.${chosen.state}`, tone: TONES[chosen.state] }),
        unsaved && chip({ t: "answers.unsaved", tone: "warn" }), chosen.reviewer && h("span", { class: "small muted", t: "answers.reviewer", params: { name: chosen.reviewer } })),
      h("div", { class: "cluster" },
        button({ t: "answers.save", icon: "check", kind: unsaved ? "primary" : undefined, disabled: !unsaved, action: async () => {
          await model.save();
          model.page.toast.show({ t: "answers.saved" });
        } }),
        (unsaved || chosen.state === "draft") && button({ t: "answers.review", icon: "shield", action: move("review") }),
        !unsaved && chosen.state === "reviewed" && model.publishes && button({ t: "answers.publish", icon: "send", kind: "primary", action: async () => {
          await model.move("publication");
          model.page.toast.show({ t: "answers.published" });
        } }),
        chosen.state !== "withdrawn" && model.publishes && button({ t: "answers.withdraw", icon: "close", kind: "quiet", action: (event) => attempt(event.currentTarget, off) })));
  };

  const draw = () => {
    const { chosen, draft } = model;
    if (!chosen || !draft) return element.replaceChildren(nothing({ t: "answers.pick", more: "answers.pick.more", icon: "list" }));
    buttons();
    const subject = h("select", { class: "input", label: "answers.subject", on: { change: (event) => model.change({ subject: event.target.value }) } },
      SUBJECTS.map((value) => h("option", { value, t: `answers.subject.${value}`, selected: value === draft.subject })));
    element.replaceChildren(bar,
      chosen.faults.length ? note({ t: "answers.faults", tone: "warn", icon: "alert" }, h("ul", null, chosen.faults.map((each) => h("li", { text: i18n.error({ code: each.code, params: told(each.params) }) }))))
        : note({ t: "answers.whole", tone: "ok", icon: "check" }),
      h("div", { class: "answers-facts" }, labelled("answers.subject", subject),
        line("answers.guides", draft.guides.join(" "), "text", (value) => model.change({ guides: value.split(/[\s,]+/).filter(Boolean) })),
        line("answers.from", day(draft.valid_from), "date", (value) => model.change({ valid_from: moment(value) })),
        line("answers.until", day(draft.valid_until), "date", (value) => model.change({ valid_until: moment(value) }))),
      ...LANGUAGES.map((language) => wording(model, language)),
      h("section", { class: "card stack tight" }, h("h3", { t: "answers.outcome" }),
        h("ul", { class: "answers-came" }, CAME.map((kind) => h("li", null, h("b", { class: "number", text: i18n.number(chosen.outcome[kind]) }), " ", h("span", { t: `answers.outcome.${kind}` }))))),
      h("section", { class: "stack" }, h("h3", { t: "answers.versions" }), h("ol", { class: "answers-versions" }, chosen.versions.map(version))));
  };
  model.addEventListener("chosen", draw);
  model.addEventListener("draft", buttons);
  return { element, draw };
}

/** @param {Record<string, unknown>} params languages by their own names */
function told(params) {
  return typeof params["language"] === "string" ? { ...params, language: t(`answers.language.${params["language"]}`) } : params;
}

/** @param {import("pages/answers/model.js").Model} model @param {typeof LANGUAGES[number]} language */
function wording(model, language) {
  const now = () => model.draft?.texts[language] ?? { questions: [], text: "" };
  /** @param {Partial<import("pages/answers/model.js").Wording>} changes */
  const keep = (changes) => model.change({ texts: { ...model.draft?.texts, [language]: { ...now(), ...changes } } });
  const area = (/** @type {string} */ name, /** @type {string} */ value, /** @type {number} */ rows, /** @type {(value: string) => void} */ change) =>
    labelled(`answers.${name}`, h("textarea", { class: "input", lang: language, rows, name: `${name}-${language}`, ariaLabel: `${t(`answers.language.${language}`)}: ${t(`answers.${name}`)}`, value, on: { input: (event) => change(event.target.value) } }));
  return h("fieldset", { class: "answers-wording card stack" }, h("legend", { t: `answers.language.${language}`, lang: language }),
    area("questions", now().questions.join("\n"), 4, (value) => keep({ questions: value.split("\n").map((each) => each.trim()).filter(Boolean) })),
    area("text", now().text, 4, (value) => keep({ text: value.trim() })));
}

/** @param {string} key @param {HTMLElement} control */
function labelled(key, control) {
  return h("label", { class: "stack tight" }, h("span", { class: "small", t: key }), control);
}

/** @param {string} key @param {string} value @param {string} type @param {(value: string) => void} change */
function line(key, value, type, change) {
  return labelled(key, h("input", { class: "input", type, value, on: { change: (event) => change(event.target.value) } }));
}

/** @param {string | null} iso */
function day(iso) {
  return iso ? iso.slice(0, 10) : "";
}

/** @param {string} value */
function moment(value) {
  return value ? new Date(`${value}T00:00:00`).toISOString() : null;
}

/** @param {import("pages/answers/model.js").Version} each */
function version(each) {
  const changes = Object.entries(each.changes);
  return h("li", { class: "stack tight" },
    h("p", null, h("b", { t: `answers.version.${each.kind}` }), ` · ${i18n.date(each.at)} ${i18n.time(each.at)} · `, each.by ? h("span", { text: each.by }) : h("span", { t: "answers.version.house" })),
    changes.map(([name, pieces]) => h("p", { class: "answers-change" }, h("span", { class: "small muted", text: `${name} ` }),
      pieces.map((piece) => h(piece.kind === "added" ? "ins" : piece.kind === "removed" ? "del" : "span", { text: piece.text })))));
}
