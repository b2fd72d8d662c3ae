// The right side: what is chosen, a task, a representative or a zone; without a choice, what wants a look.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { nothing, skeleton } from "parts/empty.js";
import { i18n } from "parts/words.js";
import { Announcements } from "pages/console/announcements.js";
import { Exceptions } from "pages/console/exceptions.js";
import { PlanView } from "pages/console/plan.js";
import { Promises } from "pages/console/promises.js";
import { overview } from "pages/console/overview.js";
import { redraw } from "parts/redraw.js";
import { repDetail } from "pages/console/rep-detail.js";
import { TaskDetailView } from "pages/console/task-detail.js";
import { zoneDetail } from "pages/console/zone-detail.js";

export class Detail {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    this.task = new TaskDetailView(board);
    this.plan = new PlanView(board);
    this.exceptions = new Exceptions(board);
    this.promises = new Promises(board);
    this.announcements = new Announcements(board);
    this.shown = "";
    this.content = h("div", { class: "stack" }, skeleton(4));
    this.back = button({ t: "common.back", icon: "back", kind: "quiet", class: "button console-back", action: () => board.choose(null) });
    this.element = h("section", { class: "console-detail", label: "console.detail" }, this.back, this.content);
    board.addEventListener("select", () => this.show(true));
    board.addEventListener("change", () => this.show(false));
  }

  /** @param {boolean} chosenAnew */
  show(chosenAnew) {
    if (!this.board.loaded) {
      if (this.board.trouble) this.content.replaceChildren(); // the list says why, and the way on
      return;
    }
    const { chosen } = this.board;
    if (chosen?.kind === "task") {
      this.shown = "";
      if (this.content.firstChild !== this.task.element) this.content.replaceChildren(this.task.element);
      void this.task.show(chosen.id, chosenAnew);
    } else if (chosen?.kind === "plan") {
      this.shown = "";
      if (this.content.firstChild !== this.plan.element) this.content.replaceChildren(this.plan.element);
      this.plan.show(chosen.id, chosenAnew);
    } else if (chosen?.kind === "promises") {
      this.shown = "";
      if (this.content.firstChild !== this.promises.element) this.content.replaceChildren(this.promises.element);
      if (chosenAnew) void this.promises.read();
    } else if (chosen?.kind === "announcement") {
      this.shown = "";
      if (this.content.firstChild !== this.announcements.element) this.content.replaceChildren(this.announcements.element);
      if (chosenAnew) void this.announcements.show(chosen.id);
    } else {
      // What stands here is only made anew when it would say something else.
      const now = JSON.stringify([chosen, i18n.language, this.facts()]);
      if (now !== this.shown) redraw(this.content, () => this.content.replaceChildren(this.draw()));
      this.shown = now;
    }
    if (chosenAnew) this.element.scrollTop = 0;
  }

  /** What the shown words depend on. */
  facts() {
    const { chosen, open, zones, reps, tasks } = this.board;
    if (!chosen) return [...zones.values()].map(({ properties }) => [properties.coverage, properties.reasons]);
    if (chosen.kind === "rep") return [reps.get(chosen.id), [...tasks.values()].filter((task) => task.rep?.id === chosen.id).map((task) => [task.id, task.version, task.starts_at])];
    return [zones.get(chosen.id)?.properties, open.filter((task) => task.zone?.code === chosen.id).map((task) => [task.id, task.version])];
  }

  draw() {
    const { chosen, reps, zones } = this.board;
    if (!chosen) return overview(this.board, this.exceptions);
    const rep = chosen.kind === "rep" && reps.get(chosen.id);
    const zone = chosen.kind === "zone" && zones.get(chosen.id);
    return rep ? repDetail(rep, this.board) : zone ? zoneDetail(zone, this.board) : nothing({ t: "console.gone", more: "console.gone.more", icon: "search" });
  }
}
