// A lone worker's check-in: a timer above everything else, one tap to say "I am well". It runs on this phone, heard by the
// house or not; what is said goes up like every other action. Dispatches `change`.

import { ApiError } from "lib/api.js";
import { phase, timerOf, withWords } from "lib/lone-timer.js";
import { clock } from "lib/time.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { icon } from "parts/icon.js";
import { redraw } from "parts/redraw.js";
import { i18n } from "parts/words.js";

/** @typedef {{now: string, timer: any, policy: {types: string[], minutes: number, before_s: number}, choices: number[]}} Heard */

const KEPT = "safety";
const TICK_MS = 1000;
const SKEW_MS = 30_000; // a clock that is less wrong is right: the network takes its time too
const SHAKE = { soon: [300, 150, 300], over: [600, 200, 600, 200, 600] };
const AGAIN_MS = 20_000; // once it is over
const PLACES = new Set(["accepted", "travelling", "on_site"]);

export class CheckIn extends EventTarget {
  /** @param {import("pages/rep/work.js").Work} work @param {import("parts/page.js").Page} page @param {import("pages/rep/alerts.js").Alerts} alerts */
  constructor(work, page, alerts) {
    super();
    this.work = work;
    this.page = page;
    this.alerts = alerts;
    /** @type {Heard | null} */
    this.heard = null;
    /** @type {import("lib/lone-timer.js").Timer | null} as the house has it, by this phone's clock */
    this.known = null;
    /** @type {Date | null} */
    this.asked = null;
    this.rung = "";
    this.rungAt = 0;
    this.left = h("span", { class: "number rep-lone-left" });
    this.element = h("section", { class: "screen rep-lone", label: "rep.lone.title", hidden: true });
    this.drawn = "";
    work.addEventListener("change", () => void this.follow());
    // What the house has heard no longer waits here, and may not be read back before the page is closed.
    work.outbox.addEventListener("applied", (event) => {
      this.known = withWords(this.known, [/** @type {CustomEvent} */ (event).detail.action]);
      void this.keep();
    });
    addEventListener("language", () => {
      this.drawn = "";
      this.show();
    });
  }

  async start() {
    const kept = await this.work.store.get("facts", KEPT);
    if (kept) [this.heard, this.known] = [kept.heard, kept.known];
    setInterval(() => this.show(), TICK_MS);
    this.show();
    await this.follow();
  }

  /** Asked for whenever the day is: the one hint brings both. */
  async follow() {
    this.show();
    if (!this.work.fresh || this.asked === this.work.heardAt) return;
    this.asked = this.work.heardAt;
    try {
      const heard = await this.page.api.get("/api/rep/safety");
      if (this.work.over) return;
      this.heard = heard;
      const skew = Date.now() - Date.parse(heard.now);
      this.known = timerOf(heard.timer, Math.abs(skew) > SKEW_MS ? skew : 0);
      await this.keep();
      this.dispatchEvent(new Event("change"));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.asked = null; // asked again with the next news
    }
    this.show();
  }

  /** Without room: there until the page is closed. */
  async keep() {
    await this.work.store.put("facts", { heard: this.heard, known: this.known }, KEPT).catch(() => {});
  }

  get timer() {
    return withWords(this.known, this.work.waiting);
  }

  /** @param {string} kind @param {{minutes?: number}} [body] @param {string} [task] */
  async say(kind, body = {}, task = this.timer?.task) {
    if (!task) return;
    this.rung = "";
    navigator.vibrate?.(30);
    await this.work.act(kind, task, body);
    this.dispatchEvent(new Event("change"));
    this.show();
  }

  /** Whoever signs out ends their day: nobody waits for a word any more. */
  async stop() {
    if (!this.timer) return;
    await this.say("timer_end");
    await this.work.sync();
  }

  show() {
    const { timer, heard } = this;
    if (!timer || !heard) {
      this.element.hidden = true;
      this.drawn = "";
      return;
    }
    const now = Date.now();
    const near = phase(timer, now, heard.policy.before_s);
    const climbed = near === "over" && ["dispatcher", "supervisor", "answered"].includes(timer.state);
    this.left.textContent = near === "over" ? `+${clock((now - timer.ends) / 1000)}` : clock((timer.ends - now) / 1000);
    this.ring(near, timer.ends, now);
    const drawn = `${timer.ends} ${near} ${climbed}`;
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.element.hidden = false;
    const words = climbed ? "rep.lone.climbed" : `rep.lone.${near}`;
    redraw(this.element, () => this.element.replaceChildren(
      h("div", { class: "note", role: near === "running" ? null : "alert", data: { tone: near === "over" ? "bad" : near === "soon" ? "warn" : "ok" } },
        icon(near === "over" ? "alert" : "shield"),
        h("p", { class: "grow", t: words, params: { time: i18n.time(new Date(timer.ends)) } }), this.left),
      h("div", { class: "rep-lone-acts" },
        button({ t: "rep.lone.well", icon: "check", kind: "primary", data: { id: "lone-well" }, action: async () => {
          await this.say("timer_well");
          this.page.toast.show({ t: "rep.lone.said" });
        } }),
        button({ t: "rep.lone.extend", action: () => this.say("timer_extend") }),
        button({ icon: "close", size: "icon", kind: "quiet", label: "rep.lone.stop", action: () => this.say("timer_end") }))));
  }

  /** Once before the end; from the end on again and again, until something is said. @param {string} near @param {number} ends @param {number} now */
  ring(near, ends, now) {
    if (near === "running") return;
    const mark = `${near} ${ends}`;
    if (mark === this.rung && (near === "soon" || now - this.rungAt < AGAIN_MS)) return;
    [this.rung, this.rungAt] = [mark, now];
    navigator.vibrate?.(near === "over" ? SHAKE.over : SHAKE.soon);
    if (near === "over" || this.alerts.sound) this.alerts.ring();
  }

  /** To start one where somebody is at work, or about to be. @param {import("pages/rep/overlay.js").Task} task @returns {HTMLElement | null} */
  card(task) {
    if (!this.heard || this.timer?.task === task.id || !PLACES.has(task.state)) return null;
    const { policy, choices } = this.heard;
    const asks = policy.types.includes(task.type?.code ?? "");
    return h("section", { class: "card stack rep-lone-card" },
      h("h3", { t: "rep.lone.title" }),
      h("p", { class: "small muted", t: asks ? "rep.lone.asks" : "rep.lone.hint" }),
      h("div", { class: "rep-lone-choices" }, choices.map((minutes) => button({
        t: "rep.lone.minutes", params: { count: minutes }, kind: asks && minutes === policy.minutes ? "primary" : undefined,
        action: () => this.say("timer_start", { minutes }, task.id),
      }))));
  }
}
