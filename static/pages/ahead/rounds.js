// Work that comes again: what each round visits and when, paused and taken up again, and a new one.

import { ApiError } from "lib/api.js";
import { attempt, button } from "parts/button.js";
import { chip, note } from "parts/chip.js";
import { sheet } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { failed, nothing, skeleton } from "parts/empty.js";
import { field } from "parts/field.js";
import { redraw } from "parts/redraw.js";
import { i18n, t } from "parts/words.js";

/**
 * @typedef {{id: string, version: number, name: string, kind: string, zones: string[], places: number, every_days: number, window_days: number, minutes: number,
 *   skill: string, starts_on: string, paused: boolean, planned: number, open_tasks: number, next_due: string | null}} Round
 */

const KINDS = ["meter_reading", "valve_exercise", "inspection", "sampling"];
const SKILLS = ["meter_work", "valve", "leak_repair", "pressure", "water_quality", "consulting"];
const FITTING = /** @type {Record<string, string>} */ ({ meter_reading: "meter_work", valve_exercise: "valve", inspection: "leak_repair", sampling: "water_quality" });
const CALM_MS = 15_000;

export class Rounds {
  /** @param {import("parts/page.js").Page} page */
  constructor(page) {
    this.page = page;
    /** @type {Round[] | null} */
    this.told = null;
    this.last = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.body = h("div", { class: "stack", "aria-live": "polite" }, skeleton(3));
    this.element = h("section", { class: "stack" },
      h("div", { class: "split ahead-title" },
        h("h2", { t: "ahead.rounds" }),
        button({ t: "ahead.rounds.new", icon: "plus", action: (event) => attempt(event.currentTarget, () => this.add()) })),
      h("p", { class: "muted", t: "ahead.rounds.lead" }),
      this.body);
  }

  soon() {
    this.timer ??= setTimeout(() => void this.read(), Math.max(0, this.last + CALM_MS - performance.now()));
  }

  async read() {
    clearTimeout(this.timer);
    this.timer = undefined;
    try {
      this.told = await this.page.api.get("/api/rounds");
      this.draw();
    } catch (error) {
      if (!this.told) this.body.replaceChildren(failed(error, () => this.read()));
    }
    this.last = performance.now();
  }

  draw() {
    const { told } = this;
    if (!told) return;
    const shown = told.length ? h("ul", { class: "ahead-rounds" }, told.map((each) => this.row(each))) : nothing({ t: "ahead.rounds.empty", more: "ahead.rounds.empty.more", icon: "again" });
    redraw(this.body, () => this.body.replaceChildren(shown));
  }

  /** @param {Round} round */
  row(round) {
    const { name, kind, places, every_days, minutes, skill, paused, planned, open_tasks, next_due } = round;
    const facts = [
      t("ahead.rounds.every", { count: every_days }), t("ahead.rounds.places", { count: places }), t("ahead.rounds.minutes", { count: minutes }), t(`common.skill.${skill}`),
    ].join(" · ");
    return h("li", { class: "card", data: { paused } },
      h("div", { class: "split" },
        h("div", { class: "stack tight" },
          h("h3", { text: name }),
          h("p", { class: "muted", text: `${t(`ahead.kind.${kind}`)} · ${facts}` }),
          h("p", { text: [next_due && t("ahead.rounds.next", { day: dayOf(next_due) }), t("ahead.rounds.planned", { planned, open: open_tasks })].filter(Boolean).join(" · ") })),
        h("div", { class: "cluster" },
          chip(paused ? { t: "ahead.rounds.paused", icon: "pause", tone: "warn" } : { t: "ahead.rounds.running", icon: "play", tone: "ok" }),
          button({ t: paused ? "ahead.rounds.resume" : "ahead.rounds.pause", icon: paused ? "play" : "pause", "data-id": round.id, ariaLabel: `${t(paused ? "ahead.rounds.resume" : "ahead.rounds.pause")}: ${name}`,
            action: () => this.pause(round, !paused) }))));
  }

  /** @param {Round} round @param {boolean} paused */
  async pause(round, paused) {
    try {
      await this.page.api.patch(`/api/rounds/${round.id}`, { version: round.version, paused });
    } finally {
      await this.read();
    }
  }

  async add() {
    const kind = choice("kind", KINDS, (value) => `ahead.kind.${value}`);
    const skill = choice("skill", SKILLS, (value) => `common.skill.${value}`);
    kind.addEventListener("change", () => {
      skill.value = FITTING[kind.value] ?? "consulting";
    });
    const number = (/** @type {string} */ name, /** @type {number} */ value, /** @type {number} */ max) => field({ t: `ahead.form.${name}`, name, type: "number", value: String(value), min: 1, max, step: 1 });
    const form = {
      name: field({ t: "ahead.form.name", name: "name", maxlength: 80 }),
      kind: field({ t: "ahead.form.kind", name: "kind", input: kind }),
      skill: field({ t: "ahead.form.skill", name: "skill", input: skill }),
      zones: field({ t: "ahead.form.zones", name: "zones", hint: "ahead.form.zones.hint" }),
      every_days: number("every_days", 30, 730),
      window_days: number("window_days", 5, 60),
      minutes: number("minutes", 30, 480),
      starts_on: field({ t: "ahead.form.starts_on", name: "starts_on", type: "date", value: new Date().toISOString().slice(0, 10) }),
    };
    const trouble = h("div", { role: "alert" });
    const body = [h("form", { class: "ahead-form", on: { submit: (event) => event.preventDefault() } }, Object.values(form)), trouble];
    for (;;) {
      if ((await sheet({ t: "ahead.rounds.new", body, actions: [{ value: "save", t: "common.save", kind: "primary" }] })) !== "save") return;
      try {
        await this.page.api.post("/api/rounds", {
          name: form.name.control.value.trim(), kind: kind.value, skill: skill.value, zones: form.zones.control.value.split(/[\s,，、;]+/).filter(Boolean),
          every_days: Number(form.every_days.control.value), window_days: Number(form.window_days.control.value), minutes: Number(form.minutes.control.value), starts_on: form.starts_on.control.value,
        });
        this.page.toast.show({ t: "ahead.rounds.saved" });
        return void (await this.read());
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        const faults = /** @type {{code: string, params?: Record<string, unknown>}[]} */ (error.faults ?? []);
        const words = faults.map((fault) => i18n.error(fault)).filter(Boolean);
        trouble.replaceChildren(note({ text: [...new Set(words.length ? words : [i18n.error(error)])].join(" "), icon: "alert", tone: "bad" }));
      }
    }
  }
}

/** @param {string} day */
function dayOf(day) {
  return new Intl.DateTimeFormat(i18n.locale, { timeZone: "UTC", month: "short", day: "numeric", weekday: "short" }).format(new Date(`${day}T12:00Z`));
}

/** @param {string} of @param {string[]} values @param {(value: string) => string} key */
function choice(of, values, key) {
  return h("select", { class: "input", name: of }, values.map((value) => h("option", { value, t: key(value) })));
}
