// The right side: what is chosen, a task, a representative or a zone.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { nothing } from "parts/empty.js";
import { repDetail } from "pages/console/rep-detail.js";
import { TaskDetailView } from "pages/console/task-detail.js";
import { zoneDetail } from "pages/console/zone-detail.js";

export class Detail {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    this.task = new TaskDetailView(board);
    this.content = h("div", { class: "stack" });
    this.element = h("section", { class: "console-detail", label: "console.detail" },
      button({ t: "common.back", icon: "back", kind: "quiet", class: "button console-back", action: () => board.choose(null) }), this.content);
    board.addEventListener("select", () => this.show(true));
    board.addEventListener("change", () => this.show(false));
    this.show(true);
  }

  /** @param {boolean} chosenAnew */
  show(chosenAnew) {
    const { chosen } = this.board;
    if (!chosen) this.content.replaceChildren(nothing({ t: "console.choose", more: "console.choose.more", icon: "pointer" }));
    else if (chosen.kind === "task") {
      if (this.content.firstChild !== this.task.element) this.content.replaceChildren(this.task.element);
      void this.task.show(chosen.id, chosenAnew);
    } else if (chosen.kind === "rep") {
      const rep = this.board.reps.get(chosen.id);
      if (rep) this.content.replaceChildren(repDetail(rep, this.board));
    } else {
      const zone = this.board.zones.get(chosen.id);
      if (zone) this.content.replaceChildren(zoneDetail(zone, this.board));
    }
    if (chosenAnew) this.element.scrollTop = 0;
  }
}
