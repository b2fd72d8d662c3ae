// What is known of a task's place: a dispatcher reads it, says that it is not so any more, and writes down what was told on
// the telephone. A gate code is written here and never shown.

import { KINDS, MOST_TEXT } from "lib/site-notes.js";
import { uuid7 } from "lib/ids.js";
import { h } from "parts/dom.js";
import { attempt, button } from "parts/button.js";
import { chip } from "parts/chip.js";
import { sheet } from "parts/dialog.js";
import { field } from "parts/field.js";
import { drawnFrom } from "parts/redraw.js";
import { i18n, t } from "parts/words.js";
import { name } from "pages/console/words.js";

/** @typedef {import("pages/console/types.js").TaskDetail} TaskDetail */
/** @typedef {import("lib/site-notes.js").SiteNote} SiteNote */

export class TaskSite {
  /** @param {import("pages/console/board.js").Board} board */
  constructor(board) {
    this.board = board;
    this.list = h("div", { class: "stack" });
    this.add = button({ t: "console.site.add", icon: "plus", kind: "quiet", data: { id: "site-add" }, action: (event) => attempt(event.currentTarget, () => this.write()) });
    this.element = h("section", { class: "stack console-site" }, h("div", { class: "split" }, h("h3", { t: "console.site.notes" }), this.add), this.list);
    this.draw = drawnFrom(this.list);
    this.task = "";
  }

  /** @param {TaskDetail} task */
  show(task) {
    if (task.id !== this.task) this.list.replaceChildren();
    this.task = task.id;
    this.add.hidden = task.state === "done" || task.state === "cancelled";
    void this.read();
    return this.element;
  }

  async read() {
    const task = this.task;
    const notes = await this.board.page.api.get(`/api/tasks/${task}/site-notes`).catch(() => null); // the detail itself says that the server is away
    if (notes && task === this.task) this.fill(notes);
  }

  /** @param {SiteNote[]} notes */
  fill(notes) {
    this.draw([this.task, notes], () => (notes.length ? [h("ul", { class: "console-reasons" }, notes.map((note) => this.row(note)))] : [h("p", { class: "small muted", t: "console.site.none" })]));
  }

  /** @param {SiteNote} note */
  row(note) {
    const kind = t(`console.site.kind.${note.kind}`);
    return h("li", null,
      h("p", { class: "cluster" }, h("b", { text: kind }), note.text && h("span", { text: note.text }), note.has_code && h("span", { class: "muted", t: "console.site.code" }),
        note.state === "disputed" && chip({ t: "console.site.disputed", icon: "info", tone: "warn" })),
      h("p", { class: "small muted", text: `${name({ name: note.author, name_en: note.author_en })} · ${t("console.site.until", { date: i18n.date(note.expires_at) })}` }),
      note.state === "standing" && button({ t: "console.site.no_more", kind: "quiet", data: { id: `site-${note.id}` }, ariaLabel: `${t("console.site.no_more")}: ${kind}`, action: async () => {
        await this.board.page.api.post(`/api/site-notes/${note.id}/dispute`, { doubt: "gone" });
        await this.read();
      } }));
  }

  async write() {
    const task = this.task;
    const kind = /** @type {HTMLSelectElement} */ (h("select", { class: "input", name: "kind" }, KINDS.map((each) => h("option", { value: each, t: `console.site.kind.${each}` }))));
    const text = field({ t: "console.site.text", name: "text", type: "textarea", rows: 3, maxlength: MOST_TEXT, hint: "console.site.text.hint" });
    const code = field({ t: "console.site.gate_code", name: "code", maxlength: 40, autocomplete: "off", hint: "console.site.gate_code.hint" });
    const shows = () => (code.hidden = kind.value !== "gate");
    kind.addEventListener("change", shows);
    shows();
    const body = [field({ t: "console.site.kind", name: "kind", input: kind }), text, code];
    for (;;) {
      if ((await sheet({ t: "console.site.add", body, actions: [{ value: "keep", t: "console.site.write", kind: "primary" }] })) !== "keep") return;
      const said = { id: uuid7(), kind: kind.value, text: text.control.value.trim(), gate_code: kind.value === "gate" ? code.control.value.trim() : "" };
      if (said.text || said.gate_code) {
        this.fill(await this.board.page.api.post(`/api/tasks/${task}/site-notes`, said));
        return;
      }
      text.fault("console.site.missing");
    }
  }
}
