// A move that is being tried, by hand or by keys: everybody's lane says whether the task may go there, a ghost stands
// where it would, and one sentence says what that means. Nothing is stored before `drop`.

import { h } from "parts/dom.js";
import { t } from "parts/words.js";
import { name, title } from "pages/console/words.js";
import { cheapest, judge, judgeDay } from "pages/console/day/fits.js";

/** @typedef {import("pages/console/timeline.js").Timeline} Timeline */

/** @typedef {import("pages/console/types.js").Task} Task */
/** @typedef {import("pages/console/day/fits.js").Fits} Fits */
/** @typedef {import("pages/console/day/fits.js").Gap} Gap */

export class Trial {
  /** @param {Timeline} timeline @param {Task[]} tasks the first leads @param {Task} lead */
  constructor(timeline, tasks, lead) {
    this.timeline = timeline;
    this.board = timeline.board;
    this.lead = lead;
    this.tasks = [lead, ...tasks.filter((task) => task.id !== lead.id)];
    /** @type {Fits[]} of each task */
    this.fits = [];
    /** @type {{rep: string, gap: Gap | undefined} | null} */
    this.at = null;
    /** @type {{rep: string, time: number} | null} where the hand is */
    this.aimed = null;
    this.over = false;
    this.tip = h("div", { class: "console-tip", role: "status", "aria-live": "polite" });
    this.ghost = h("i", { class: "ghost trial", "aria-hidden": "true" }, h("span", { text: title(lead) }));
    this.element = timeline.element;
    this.element.append(this.tip);
    this.element.dataset["trying"] = "";
    this.say("", t("console.trial.asking"));
    this.ready = this.begin();
  }

  async begin() {
    const day = this.timeline.day;
    try {
      this.fits = await Promise.all(this.tasks.map((task) => this.board.moves.fits(task.id, { day })));
    } catch (error) {
      this.end();
      this.board.page.toast.fault(error);
      return;
    }
    if (this.over) return;
    this.say("", this.begun());
    this.paint();
    if (this.aimed) this.aim(this.aimed.rep, this.aimed.time); // the hand was there before the answer
  }

  begun() {
    const blocked = this.fits.find((each) => each.blocked)?.blocked;
    return blocked ? t(`reasons.${blocked}`) : this.tasks.length > 1 ? t("console.trial.begun.many", { what: title(this.lead), count: this.tasks.length }) : t("console.trial.begun", { what: title(this.lead) });
  }

  /** The lead's day of somebody. @param {string} rep */
  fit(rep) {
    return this.fits[0]?.reps.get(rep);
  }

  /** What is wrong with the other tasks there, if anything. @param {string} rep */
  othersUnable(rep) {
    for (const [at, fits] of this.fits.entries()) {
      if (!at) continue;
      const verdict = judgeDay(fits.reps.get(rep), this.who(rep));
      const task = this.tasks[at];
      if (!verdict.able && task) return `${title(task)}: ${verdict.text}`;
    }
    return "";
  }

  /** @param {string} rep */
  who(rep) {
    const known = this.board.reps.get(rep);
    return known ? name(known) : "";
  }

  /** Colours every lane; after a redraw as well. */
  paint() {
    if (!this.fits.length) return;
    for (const lane of this.timeline.lanes()) {
      const rep = lane.dataset["rep"] ?? "";
      const { able } = judgeDay(this.fit(rep), this.who(rep));
      lane.dataset["fits"] = able && !this.othersUnable(rep) ? "yes" : "no";
    }
    for (const block of this.element.querySelectorAll(".block")) {
      block.toggleAttribute("data-lifted", this.tasks.some((task) => task.id === /** @type {HTMLElement} */ (block).dataset["id"]));
    }
    if (this.at) this.draw();
  }

  /** The gap of somebody's day at a moment. @param {string} rep @param {number} time */
  gapAt(rep, time) {
    const fit = this.fit(rep);
    if (!fit) return undefined;
    const lifted = new Set(this.tasks.map((task) => task.id));
    const stops = this.timeline.own(rep).filter((task) => !lifted.has(task.id));
    const position = stops.filter((task) => (Date.parse(task.starts_at ?? "") + Date.parse(task.ends_at ?? "")) / 2 < time).length;
    const after = stops[position - 1]?.id ?? null;
    const found = fit.gaps.find((gap) => gap.after === after);
    // What has begun stays first: before it there is no place, the next one is behind.
    return found ?? (stops.findIndex((task) => task.id === fit.gaps[0]?.after) >= position ? fit.gaps[0] : undefined);
  }

  /** The hand is over somebody's day at a moment. @param {string} rep @param {number} time */
  aim(rep, time) {
    this.aimed = { rep, time };
    this.point(rep, this.gapAt(rep, time));
  }

  /** @param {string} rep @param {Gap | undefined} gap */
  point(rep, gap) {
    this.at = { rep, gap };
    if (this.fits.length) this.draw();
  }

  /** @returns {{able: boolean, text: string}} */
  get verdict() {
    if (!this.at) return { able: false, text: "" };
    const { rep, gap } = this.at;
    const verdict = gap || !this.fit(rep)?.best ? judge(this.fit(rep), gap, this.who(rep)) : judgeDay(this.fit(rep), this.who(rep));
    const others = verdict.able ? this.othersUnable(rep) : "";
    return others ? { able: false, text: others } : verdict;
  }

  draw() {
    if (!this.at) return;
    const { rep, gap } = this.at;
    const lane = this.timeline.laneOf(rep);
    const { able, text } = this.verdict;
    for (const each of this.timeline.lanes()) each.toggleAttribute("data-under", each === lane);
    this.ghost.dataset["able"] = able ? "yes" : "no";
    if (lane && gap) {
      const start = gap.start * 1000;
      this.timeline.set(this.ghost, start, start + (this.fits[0]?.duration ?? 1800) * 1000);
      lane.append(this.ghost);
    } else this.ghost.remove();
    this.say(able ? "yes" : "no", text);
  }

  /** @param {string} able @param {string} text */
  say(able, text) {
    this.tip.dataset["able"] = able;
    if (this.tip.textContent !== text) this.tip.textContent = text;
  }

  /** Where it fits best, over everybody or in one day. @param {string} [rep] */
  best(rep) {
    const [first] = this.fits;
    const fit = rep ? this.fit(rep) : first && cheapest(first);
    if (fit) this.point(fit.id, fit.gaps[fit.best ?? 0]);
  }

  /** Moves it, after a question where a rule says no. Whether it was moved. */
  async drop() {
    await this.ready;
    if (this.over) return false;
    const { at, verdict, tasks, lead } = this;
    const { day } = this.fits[0] ?? {};
    this.end();
    if (!at) return false;
    const { rep, gap } = at;
    if (!gap && !this.fits.length) return false;
    if (gap && lead.rep?.id === rep && tasks.length === 1 && this.isHere(gap)) return false;
    const where = { day, gap: gap ? { after: gap.after, before: gap.before } : null };
    const { moves, selection } = this.board;
    const done = verdict.able ? await moves.move(tasks, rep, where) : await moves.overrule(tasks, rep, verdict.text, where);
    if (done) selection.clear();
    return done;
  }

  /** Whether the lead stands in this gap already. @param {Gap} gap */
  isHere({ after, before }) {
    const line = this.timeline.own(this.lead.rep?.id ?? "").map((task) => task.id);
    const at = line.indexOf(this.lead.id);
    return at >= 0 && (line[at - 1] ?? null) === after && (line[at + 1] ?? null) === before;
  }

  end() {
    if (this.over) return;
    this.over = true;
    this.tip.remove();
    this.ghost.remove();
    delete this.element.dataset["trying"];
    for (const lane of this.timeline.lanes()) {
      delete lane.dataset["fits"];
      lane.removeAttribute("data-under");
    }
    for (const block of this.element.querySelectorAll("[data-lifted]")) block.removeAttribute("data-lifted");
    this.timeline.trial = null;
    this.timeline.show();
  }

}
