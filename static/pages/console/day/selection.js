// The stops that are picked on the timeline, to be moved or locked together.

/** @typedef {import("pages/console/board.js").Board} Board */

/** @typedef {import("pages/console/types.js").Task} Task */

const MOVABLE = new Set(["unplaced", "assigned", "accepted", "travelling", "escalated"]);

/** Whether a dispatcher can give the task to somebody. @param {Pick<Task, "state" | "lon">} task */
export function movable(task) {
  return MOVABLE.has(task.state) && task.lon !== null;
}

export class Selection extends EventTarget {
  /** @param {Board} board */
  constructor(board) {
    super();
    this.board = board;
    /** @type {Set<string>} */
    this.ids = new Set();
    board.addEventListener("change", () => this.prune());
  }

  /** In the order of the day. @returns {Task[]} */
  get tasks() {
    return [...this.ids].flatMap((id) => this.board.tasks.get(id) ?? []).sort((a, b) => (a.starts_at ?? "").localeCompare(b.starts_at ?? ""));
  }

  /** @param {string} id */
  toggle(id) {
    if (!this.ids.delete(id)) this.ids.add(id);
    this.tell();
  }

  /** @param {string} id */
  add(id) {
    if (this.ids.has(id)) return;
    this.ids.add(id);
    this.tell();
  }

  clear() {
    if (!this.ids.size) return;
    this.ids.clear();
    this.tell();
  }

  /** What has begun meanwhile is not moved any more. */
  prune() {
    const before = this.ids.size;
    for (const id of this.ids) if (!movable(this.board.tasks.get(id) ?? { state: "", lon: null })) this.ids.delete(id);
    if (this.ids.size !== before) this.tell();
  }

  /** What a wish to move this task is about: all that is picked, if it is among them. @param {Task} task @returns {Task[]} */
  with(task) {
    return this.ids.has(task.id) ? this.tasks : [task];
  }

  tell() {
    this.dispatchEvent(new Event("change"));
  }
}
