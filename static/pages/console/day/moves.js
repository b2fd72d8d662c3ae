// Moving tasks by hand, locking them, and the way back. The server keeps what was moved from where; this window keeps
// the ids of its own moves, so that Ctrl-Z takes back the last one, and the one before, and again after a reload.

import { ApiError } from "lib/api.js";
import { h } from "parts/dom.js";
import { ask } from "parts/dialog.js";
import { i18n, t } from "parts/words.js";
import { clockOf, name, reason } from "pages/console/words.js";
import { readFits } from "pages/console/day/fits.js";

/** @typedef {import("pages/console/board.js").Board} Board */

/** @typedef {{id: string, version: number}} Seen */
/** @typedef {{gap?: {after: string | null, before: string | null} | null, day?: string | null, overrule?: boolean, says?: string}} Where `says`: key of the toast */
/** @typedef {{task_id: string, state: string, rep: string | null, by: string, at: string | null, kind: string | null}} Told */

const KEPT = "console-moves";
const MOST = 50;

export class Moves {
  /** @param {Board} board */
  constructor(board) {
    this.board = board;
    /** @type {{done: string[], undone: string[]}} */
    this.kept = JSON.parse(sessionStorage.getItem(KEPT) ?? '{"done":[],"undone":[]}');
  }

  get canUndo() {
    return this.kept.done.length > 0;
  }

  /** @param {string} task @param {Record<string, unknown>} [query] */
  fits(task, query) {
    return readFits(this.board.page.api, task, query);
  }

  /** Gives tasks to somebody; says so with a way back. Whether it was done. @param {Seen[]} tasks @param {string} rep @param {Where} [where] @returns {Promise<boolean>} */
  async move(tasks, rep, { gap = null, day = null, overrule = false, says } = {}) {
    const who = this.board.reps.get(rep);
    const seen = tasks.map(({ id, version }) => ({ id, version }));
    return this.act(tasks, async () => {
      const made = await this.board.page.api.post("/api/task-moves", { tasks: seen, rep_id: rep, gap, day, overrule });
      if (made.undoable) this.keep([...this.kept.done, made.id], []);
      const many = tasks.length > 1;
      const params = { name: who ? name(who) : "", ...(many && { count: tasks.length }) };
      this.board.page.toast.show({ t: says ?? (many ? "console.moved.many" : "console.moved"), params, undo: made.undoable ? () => this.undo(made.id) : undefined });
    });
  }

  /** The same against a rule, if the dispatcher wants it. @param {Seen[]} tasks @param {string} rep @param {string} why @param {Where} [where] */
  async overrule(tasks, rep, why, where = {}) {
    const who = this.board.reps.get(rep);
    const answer = await ask({ t: "console.overrule.title", params: { name: who ? name(who) : "" }, body: [h("p", { class: "note", data: { tone: "warn" }, text: why }), h("p", { t: "console.overrule.text" })],
      actions: [{ value: "", t: "common.cancel" }, { value: "yes", t: "console.assign", kind: "danger" }] });
    return answer === "yes" && this.move(tasks, rep, { ...where, overrule: true });
  }

  /** The last move, or the one of that id, is taken back. @param {string} [id] */
  async undo(id = this.kept.done.at(-1)) {
    if (!id) return this.board.page.toast.show({ t: "console.undo.nothing" });
    return this.back(id, (back) => this.keep(this.kept.done.filter((each) => each !== id), back ? [...this.kept.undone, back] : this.kept.undone), "console.undo.done");
  }

  async redo() {
    const id = this.kept.undone.at(-1);
    if (!id) return;
    await this.back(id, (back) => this.keep(back ? [...this.kept.done, back] : this.kept.done, this.kept.undone.filter((each) => each !== id)), "console.redo.done");
  }

  /** @param {string} id @param {(back: string | null) => void} keep @param {string} says */
  async back(id, keep, says) {
    /** @type {Seen[]} */
    let tasks = [];
    const done = await this.act(tasks, async () => {
      const made = await this.board.page.api.post(`/api/task-moves/${id}/reversal`, {});
      tasks = made.tasks;
      keep(made.id === id ? null : made.id);
      this.board.page.toast.show({ t: says });
    });
    for (const task of tasks) this.board.moved(task.id);
    if (!done) keep(null); // what somebody went on with stays as it is
  }

  /** @param {Seen[]} tasks @param {"rep" | "place" | null} lock */
  async lock(tasks, lock) {
    await this.act(tasks, async () => {
      await this.board.page.api.put("/api/stop-locks", { tasks: tasks.map(({ id, version }) => ({ id, version })), lock });
      this.board.page.toast.show({ t: `console.lock.done.${lock ?? "free"}`, params: { count: tasks.length } });
    });
  }

  /** Does it, reads again what came of it, and says kindly why not. @param {Seen[]} tasks @param {() => Promise<void>} change */
  async act(tasks, change) {
    try {
      await change();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.board.page.toast.show({ text: this.why(error), tone: "bad", seconds: 12 });
      for (const { task_id } of /** @type {Told[]} */ (error.params["tasks"] ?? [])) if (task_id) this.board.moved(task_id);
      return false;
    } finally {
      for (const task of tasks) this.board.moved(task.id);
    }
  }

  /** @param {ApiError} error */
  why(error) {
    const [told] = /** @type {Told[]} */ (error.params["tasks"] ?? []);
    if (error.code === "task_moved_on" && told) {
      const rep = this.board.people.get(told.rep ?? "");
      const state = t(`common.task_state.${told.state}`);
      return told.by ? t("console.stale.by", { name: told.by, time: clockOf(told.at), state, rep: rep ? name(rep) : "–" }) : t("console.stale.now", { state, rep: rep ? name(rep) : "–" });
    }
    if (error.code === "rep_unable") return `${i18n.error(error)} ${reason(/** @type {any} */ (error.params["rule"]))}`;
    return i18n.error(error);
  }

  /** @param {string[]} done @param {string[]} undone */
  keep(done, undone) {
    this.kept = { done: done.slice(-MOST), undone: undone.slice(-MOST) };
    sessionStorage.setItem(KEPT, JSON.stringify(this.kept));
    this.board.dispatchEvent(new Event("moves"));
  }
}
