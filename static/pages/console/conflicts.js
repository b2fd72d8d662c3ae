// Work that somebody did on a task which had gone to somebody else: what was done, what is proposed, and the decision.

import { spaced } from "lib/phone.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { i18n, t } from "parts/words.js";
import { moving } from "pages/console/moving.js";
import { clockOf, name } from "pages/console/words.js";

/** @typedef {import("pages/console/types.js").Conflict} Conflict */

/** @param {import("pages/console/types.js").TaskDetail} task @param {import("pages/console/board.js").Board} board */
export function conflicts(task, board) {
  if (!task.conflicts.length) return null;
  return h("section", { class: "stack" }, task.conflicts.map((conflict) => one(conflict, task, board)));
}

/** @param {Conflict} conflict @param {import("pages/console/types.js").TaskDetail} task @param {import("pages/console/board.js").Board} board */
function one(conflict, task, board) {
  const open = conflict.state === "open";
  const { rep, holder } = conflict;
  const people = [rep, holder && holder.id !== rep.id ? holder : null].flatMap((person) => (person ? [`${name(person)} ${spaced(person.phone)}`] : []));
  return note({ t: `console.conflict.${conflict.claim}`, params: { name: name(rep) }, icon: "alert", tone: open ? "bad" : "" },
    h("ul", { class: "console-reasons" }, conflict.acts.map((act) => h("li", null,
      h("time", { class: "number", datetime: act.at, text: clockOf(act.at) }), " ", [t(`console.act.${act.kind}`), act.note, act.reason].filter(Boolean).join(" · ")))),
    h("div", { class: "cluster" }, conflict.proofs.map((proof, index) =>
      h("a", { href: board.page.api.picture(proof.url), target: "_blank", rel: "noopener" }, t("common.photo.number", { number: index + 1 })))),
    h("p", { class: "small", text: i18n.list(people) }),
    h("p", { t: open ? `console.conflict.propose.${conflict.proposal}` : `console.conflict.state.${conflict.state}` }),
    h("div", { class: "cluster" }, conflict.allowed.map((decision) => button({
      t: `console.conflict.decide.${decision}`, kind: decision === conflict.proposal ? "primary" : undefined,
      action: () => moving(board, task.id, () => board.page.api.post(`/api/task-conflicts/${conflict.id}/decision`, { version: conflict.version, decision })),
    }))));
}
