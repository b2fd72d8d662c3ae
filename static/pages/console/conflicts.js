// Work that somebody did on a task which had gone to somebody else: what was done, what is proposed, and the decision.

import { spaced } from "lib/phone.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { icon } from "parts/icon.js";
import { t } from "parts/words.js";
import { moving } from "pages/console/moving.js";
import { clockOf, name } from "pages/console/words.js";

/** @typedef {import("pages/console/types.js").Conflict} Conflict */
/** @typedef {import("pages/console/types.js").RepName} RepName */

/** @param {import("pages/console/types.js").TaskDetail} task @param {import("pages/console/board.js").Board} board @param {import("pages/console/task-answers.js").TaskAnswers} answers */
export function conflicts(task, board, answers) {
  if (!task.conflicts.length) return null;
  return h("section", { class: "stack" }, task.conflicts.map((conflict) => one(conflict, task, board, answers)));
}

/** @param {Conflict} conflict @param {import("pages/console/types.js").TaskDetail} task @param {import("pages/console/board.js").Board} board @param {import("pages/console/task-answers.js").TaskAnswers} answers */
function one(conflict, task, board, answers) {
  const open = conflict.state === "open";
  const { rep, holder, proofs } = conflict;
  return h("article", { class: "console-conflict", data: { tone: open ? "bad" : null } },
    h("h3", null, icon("alert"), h("span", { t: `console.conflict.${conflict.claim}`, params: { name: name(rep) } })),
    h("ol", { class: "console-history" }, conflict.acts.map((act) => h("li", null,
      h("time", { class: "number", datetime: act.at, text: clockOf(act.at) }),
      h("span", { text: [t(`console.act.${act.kind}`), act.note, act.reason].filter(Boolean).join(" · ") }), act.form && answers.read(act.form.type, act.form.number, act.form.answers)))),
    proofs.length > 0 && h("div", { class: "console-proofs" }, proofs.map((proof, index) => {
      const src = board.page.api.picture(proof.url);
      return h("a", { href: src, target: "_blank", rel: "noopener" }, h("img", { src, alt: t("common.photo.number", { number: index + 1 }) }));
    })),
    h("ul", { class: "console-people" },
      person(rep, "console.conflict.did"),
      holder && holder.id !== rep.id && person(holder, "console.conflict.has")),
    h("p", { t: open ? `console.conflict.propose.${conflict.proposal}` : `console.conflict.state.${conflict.state}` }),
    conflict.allowed.length > 0 && h("div", { class: "cluster" }, conflict.allowed.map((decision) => button({
      t: `console.conflict.decide.${decision}`, kind: decision === conflict.proposal ? "primary" : undefined,
      action: () => moving(board, task.id, () => board.page.api.post(`/api/task-conflicts/${conflict.id}/decision`, { version: conflict.version, decision })),
    }))));
}

/** Somebody to telephone before deciding. @param {RepName} rep @param {string} role */
function person(rep, role) {
  return h("li", null, h("span", { t: role, params: { name: name(rep) } }), rep.phone && h("a", { class: "number", href: `tel:${rep.phone}`, text: spaced(rep.phone) }));
}
