// The valves at the chosen task: asked for when somebody opens the fold, and again when a valve was found otherwise.

import { ApiError } from "lib/api.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { failed, skeleton } from "parts/empty.js";
import { redraw } from "parts/redraw.js";
import { draftAnnouncement } from "pages/console/announcement-form.js";
import { shutOff } from "pages/console/shut-off.js";

export class TaskValves {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    this.task = "";
    this.content = h("div", { class: "stack" });
    this.element = h("details", { class: "console-fold" }, h("summary", null, h("span", { t: "console.valves.task" })), this.content);
    this.element.addEventListener("toggle", () => this.element.open && void this.read());
    board.page.live.subscribe("network:all", (hint) => hint && this.element.open && this.element.isConnected && void this.read());
    addEventListener("language", () => this.element.open && void this.read());
  }

  /** @param {{id: string, lat: number | null}} task @returns {HTMLElement | null} */
  show({ id, lat }) {
    if (id !== this.task) {
      this.task = id;
      this.element.open = false;
      this.content.replaceChildren();
    }
    return lat === null ? null : this.element;
  }

  async read() {
    const { task } = this;
    const path = `/api/tasks/${task}`;
    if (!this.content.firstChild) this.content.replaceChildren(skeleton(2));
    /** @type {Node} */
    let shown;
    try {
      const closure = await this.board.page.api.get(`${path}/valves`);
      const valves = shutOff(closure, async (valve, state) => {
        await this.board.page.api.post(`${path}/valve-findings`, { valve, state });
        await this.read();
      });
      const planned = this.board.tasks.get(task)?.type === "shut_off";
      shown = h("div", { class: "stack" }, valves, button({ t: "console.announce.draft", icon: "drop", "data-id": "announce", action: () =>
        draftAnnouncement(this.board, { kind: planned ? "planned_shut_off" : "burst", cause: planned ? "maintenance" : "unknown", area: { trace: { places: [{ task_id: task }] } }, task_id: task }) }));
    } catch (error) {
      const none = error instanceof ApiError && (error.code === "no_network" || error.code === "no_pipe_here");
      shown = none ? h("p", { class: "muted", t: `errors.${error.code}` }) : failed(error, () => this.read());
    }
    if (task === this.task) redraw(this.content, () => this.content.replaceChildren(shown));
  }
}
