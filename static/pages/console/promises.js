// What was promised for today and tomorrow, before it breaks: the ones at risk first, each with the two cheapest ways out
// (Alt+1 and Alt+2 for the first), and what customers have said that nobody has read yet.

import { duration } from "lib/time.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { chip } from "parts/chip.js";
import { failed, nothing, skeleton } from "parts/empty.js";
import { redraw } from "parts/redraw.js";
import { i18n, t } from "parts/words.js";
import { moving } from "pages/console/moving.js";
import { clocks, dayOf } from "pages/console/task-appointment.js";
import { repName } from "pages/console/words.js";

/** @typedef {{kind: string, task_id: string, task_version: number, address: string, rep_id: string, rep_name: string, starts_at: string, extra_travel_s: number}} Way */
/**
 * @typedef {{task_id: string, category: string, address: string, rep_id: string, rep_name: string, window_start: string, window_end: string, expected: string,
 *   spare_s: number, at_risk: boolean, ways: Way[]}} Promised
 */
/** @typedef {{id: string, task_id: string, address: string, kind: string, minutes: number | null, effect: string, at: string}} Said */

const CALM_MS = 4000; // between two readings

export class Promises {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    /** @type {{promises: Promised[], words: Said[]} | null} */
    this.told = null;
    /** @type {unknown} */
    this.trouble = null;
    this.last = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.body = h("div", { class: "stack", "aria-live": "polite" }, skeleton(4));
    this.element = h("article", { class: "stack" },
      h("div", { class: "stack console-title" }, h("h2", { t: "console.promises", tabindex: "-1" }), h("p", { class: "muted", t: "console.promises.lead" })), this.body);
    board.addEventListener("change", () => this.soon());
    addEventListener("language", () => this.draw());
    addEventListener("keydown", (event) => {
      const number = event.altKey ? ["Digit1", "Digit2"].indexOf(event.code) : -1;
      if (number < 0 || !this.body.checkVisibility() || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      /** @type {HTMLElement | undefined} */ ([...this.body.querySelectorAll("[data-way]")][number])?.click();
    });
  }

  /** How many promises may break, and words wait. */
  get waiting() {
    return (this.told?.promises.filter((each) => each.at_risk).length ?? 0) + (this.told?.words.length ?? 0);
  }

  soon() {
    if (!this.board.loaded || this.timer !== undefined) return;
    this.timer = setTimeout(() => void this.read(), Math.max(0, this.last + CALM_MS - performance.now()));
  }

  async read() {
    try {
      this.told = await this.board.page.api.get("/api/promises");
      this.trouble = null;
    } catch (error) {
      this.trouble = error;
    }
    [this.last, this.timer] = [performance.now(), undefined];
    this.draw();
    this.board.atRisk = this.waiting;
    this.board.dispatchEvent(new Event("promises"));
  }

  draw() {
    const { told } = this;
    if (!told) return this.trouble ? this.body.replaceChildren(failed(this.trouble, () => this.read())) : undefined;
    const parts = [
      told.words.length > 0 && h("section", { class: "stack" }, h("h3", { t: "console.promises.said" }), told.words.map((word) => this.word(word))),
      told.promises.length > 0
        ? h("ol", { class: "stack console-promised" }, told.promises.map((each, index) => this.promise(each, index === 0)))
        : !told.words.length && nothing({ t: "console.promises.empty", more: "console.promises.empty.more", icon: "calendar" }),
    ];
    redraw(this.body, () => this.body.replaceChildren(.../** @type {Node[]} */ (parts.filter(Boolean))));
  }

  /** @param {Said} word */
  word({ id, task_id, address, kind, minutes, effect, at }) {
    const what = [t(`console.said.${kind}`), minutes && t("console.promises.minutes", { count: minutes }), t(`console.effect.${effect}`)].filter(Boolean).join(" · ");
    return h("article", { class: "console-conflict", data: { tone: kind === "worse" ? "bad" : null } },
      h("div", { class: "split" }, h("b", { text: address || t("console.no_place") }), h("span", { class: "number", text: i18n.time(at) })),
      h("p", { text: what }),
      h("div", { class: "cluster" },
        button({ t: "console.promises.task", "data-id": `open-${id}`, action: () => this.board.choose({ kind: "task", id: task_id }) }),
        button({ t: "console.promises.seen", kind: "quiet", icon: "check", "data-id": `seen-${id}`, action: async () => {
          await this.board.page.api.post(`/api/customer-words/${id}/seen`, {});
          await this.read();
        } })));
  }

  /** @param {Promised} each @param {boolean} first */
  promise(each, first) {
    const { task_id, address, window_start, window_end, expected, spare_s, at_risk, ways } = each;
    const broken = spare_s < 0;
    return h("li", { class: "console-proposal", data: { risk: at_risk } },
      h("button", { type: "button", class: "row", data: { id: task_id }, on: { click: () => this.board.choose({ kind: "task", id: task_id }) } },
        h("span", { class: "grow" },
          h("b", { text: `${dayOf(window_start)} · ${clocks(window_start, window_end)}` }),
          h("small", { text: [address, repName(this.board, each.rep_id, each.rep_name), t("console.promises.expected", { time: i18n.time(expected) })].filter(Boolean).join(" · ") })),
        at_risk && chip({ text: t(broken ? "console.promises.breaks" : "console.promises.tight", { by: duration(i18n, Math.abs(spare_s)) }), icon: "clock", tone: broken ? "bad" : "warn" })),
      at_risk && (ways.length
        ? h("ul", { class: "console-ways" }, ways.map((way, index) => h("li", null, this.way(each, way, first ? index + 1 : 0))))
        : h("p", { class: "small muted", t: "console.promises.no_way" })));
  }

  /** @param {Promised} promised @param {Way} way @param {number} key */
  way(promised, way, key) {
    const who = repName(this.board, way.rep_id, way.rep_name);
    const what = t(`console.way.${way.kind}`, { name: who, address: way.address, time: i18n.time(way.starts_at) });
    const cost = t("console.promises.cost", { by: duration(i18n, Math.max(0, way.extra_travel_s)) });
    return button({
      text: `${what} · ${cost}`, icon: "check", key: key ? `Alt+${key}` : undefined, "data-way": way.kind, "data-id": `${promised.task_id}-${way.task_id}-${way.rep_id}`,
      action: async () => {
        const { api, toast } = this.board.page;
        await moving(this.board, way.task_id, () => api.post(`/api/tasks/${way.task_id}/assignment`, { rep_id: way.rep_id, version: way.task_version }));
        toast.show({ t: "console.assigned", params: { name: who } });
        await this.read();
      },
    });
  }
}
