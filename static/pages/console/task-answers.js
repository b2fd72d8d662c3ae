// What was filled in for the chosen task, read with the version of the form that it was filled from.

import { h } from "parts/dom.js";
import { failed, skeleton } from "parts/empty.js";
import { answersOf } from "parts/form-answers.js";
import { i18n } from "parts/words.js";
import { name } from "pages/console/words.js";

/** @typedef {import("lib/form-rules.js").Form} Form */
/** @typedef {import("pages/console/types.js").Filled} Filled */

export class TaskAnswers {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    /** @type {Map<string, Promise<Form>>} a published form never changes */
    this.forms = new Map();
  }

  /** @param {string} type @param {number} number @returns {Promise<Form>} */
  form(type, number) {
    const key = `${type} ${number}`;
    const known = this.forms.get(key) ?? this.board.page.api.get(`/api/task-types/${type}/forms/${number}`).then((version) => version.definition);
    this.forms.set(key, known);
    known.catch(() => this.forms.delete(key));
    return known;
  }

  /** @param {import("pages/console/types.js").TaskDetail} task @returns {HTMLElement | null} */
  show({ answers, erased_at }) {
    if (!answers.length) return null;
    return h("section", { class: "stack console-answers" }, h("h3", { t: "form.title" }),
      answers.map((filled) => [
        h("p", { class: "small muted", t: "form.version", params: { number: filled.number, time: i18n.time(filled.filled_at, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" }), name: name({ name: filled.rep_name, name_en: filled.rep_name_en }) } }),
        erased_at ? h("p", { class: "muted", t: "form.erased" }) : this.read(filled.type, filled.number, filled.answers),
      ]));
  }

  /** @param {string} type @param {number} number @param {Record<string, any>} answers */
  read(type, number, answers) {
    const place = h("div", null, skeleton(2));
    const draw = async () => {
      try {
        place.replaceChildren(answersOf(await this.form(type, number), answers, (id) => this.board.page.api.picture(`/api/proofs/${id}/image`)));
      } catch (error) {
        place.replaceChildren(failed(error, draw));
      }
    };
    void draw();
    return place;
  }
}
