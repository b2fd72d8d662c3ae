// When somebody comes: free windows to choose from, what was promised, and a word about it. What is tapped goes up once,
// however bad the line is. This module is loaded late and imports nothing: its parts are given to it.

/** @typedef {import("pages/customer/when.js").Parts} Parts */
/** @typedef {import("pages/customer/case.js").Case} Case */
/** @typedef {import("parts/page.js").Page} Page */
/** @typedef {{start: string, end: string, day: string, cheapest: boolean}} Window */
/** @typedef {{start: string, end: string, expires_at: string}} Hold */
/**
 * @typedef {{task_id: string | null, state: string, window_start: string | null, window_end: string | null, held: Hold | null, eta: string | null,
 *   stops_away: number | null, severity: string, may: string[], before?: {type: {name: string, name_zh_hant: string, name_en: string}, done: boolean, ends_at: string | null}[]}} Appointment
 */

const LATE = [15, 30, 60];
const ROUND_MS = 300_000;
/** The day moves on without a word to this customer: other stops are done, sooner or later than planned. */
const LOOK_EVERY_MS = 60_000;

/** @param {Parts} parts @param {HTMLElement} place @param {Case} model @param {Page} page @param {AbortSignal} gone */
export function whenCard({ attempt, button, note, ask, h, icon, i18n, t }, place, model, page, gone) {
  /** @type {Appointment | null} */
  let told = null;
  /** @type {Window[] | null} */
  let windows = null;
  /** @type {Hold | null} chosen here, before it is promised */
  let chosen = null;
  let changing = false;
  let said = "";
  let drawn = "";

  /** What is urgent is come for as soon as can be; another time is the exception. */
  const pressing = () => told?.severity === "urgent" && told.eta !== null;

  const waiting = (/** @type {string} */ kind) => model.owed.some((errand) => errand.kind === kind);

  const refresh = async () => {
    if (!model.path || waiting("appointment")) return draw();
    take(await model.api.get(`${model.path}/appointment`));
    if (told?.may.includes("choose") && ((!told.window_start && !pressing()) || changing) && !windows) await look();
  };

  const look = async () => {
    windows = (await model.api.get(`${model.path}/windows`)).windows;
    draw();
  };

  /** @param {Appointment} appointment */
  const take = (appointment) => {
    told = appointment;
    chosen = appointment.held;
    draw();
  };

  const day = (/** @type {string} */ at) => i18n.time(at, { weekday: "long", month: "short", day: "numeric" });
  const span = (/** @type {{start: string, end: string}} */ { start, end }) => `${i18n.time(start)}–${i18n.time(end)}`;

  const at = (/** @type {{start: string, end: string}} */ window) => `${day(window.start)} · ${span(window)}`;

  /** @param {Window} window */
  const hold = async (window) => {
    said = "";
    try {
      take(await model.api.put(`${model.path}/window-hold`, { start: window.start, end: window.end }));
    } catch (error) {
      await lost(error);
    }
  };

  /** Somebody was quicker: what is free now is there at once. @param {unknown} error */
  const lost = async (error) => {
    const code = /** @type {{code?: string}} */ (error).code ?? "";
    if (!["window_taken", "window_not_offered"].includes(code)) throw error;
    [said, chosen] = [code, null];
    await look();
  };

  const confirm = async () => {
    if (!chosen) return;
    const { start, end } = chosen;
    try {
      const answer = await model.act("appointment", { start, end });
      [changing, windows, said] = [false, null, ""];
      if (answer) take(answer);
      else draw();
    } catch (error) {
      await lost(error);
    }
  };

  const other = async () => {
    chosen = null;
    draw();
    await model.api.delete(`${model.path}/window-hold`);
    await look();
  };

  /** @param {string} kind @param {number} [minutes] */
  const say = async (kind, minutes) => {
    const answer = await model.act("visit_word", minutes ? { kind, minutes } : { kind });
    said = answer ? `effect.${answer.effect}` : waiting("visit_word") ? "queued" : "effect.told";
    windows = null;
    if (answer) take(answer.appointment);
    else draw();
    if (said !== "queued") await refresh();
  };

  /** @param {string} kind */
  const asked = async (kind) => {
    const late = kind === "late";
    const actions = late
      ? LATE.map((minutes) => ({ value: String(minutes), text: t("visit.late.minutes", { count: minutes }) }))
      : [{ value: "", t: "common.back" }, { value: "yes", t: `visit.${kind}`, kind: /** @type {const} */ ("primary") }];
    const answer = await ask({ t: `visit.${kind}.title`, text: `visit.${kind}.text`, actions });
    if (answer) await say(kind, late ? Number(answer) : undefined);
  };

  const list = () => {
    if (!windows) return h("div", { class: "progress-line", role: "status", label: "common.loading" });
    if (!windows.length) return note({ t: "visit.none", icon: "phone", tone: "warn" });
    const days = [...new Set(windows.map((window) => window.day))];
    return h("dl", { class: "windows" }, days.map((of) => {
      const own = /** @type {Window[]} */ (windows).filter((window) => window.day === of);
      return [h("dt", { text: i18n.time(own[0]?.start ?? of, { weekday: "short", month: "short", day: "numeric" }) }),
        h("dd", null, own.map((window) => button({ text: span(window), ariaLabel: at(window), action: () => hold(window) })))];
    }));
  };

  const choosing = () => [
    h("h2", { t: "visit.title" }),
    said.startsWith("effect") && note({ t: `visit.${said}`, icon: "check", tone: "ok", role: "status" }),
    said === "window_taken" || said === "window_not_offered" ? note({ t: `errors.${said}`, tone: "warn", role: "alert" }) : null,
    near(),
    first(),
    h("p", { class: "muted", t: "visit.lead" }),
    list(),
    changing && button({ t: "visit.keep", kind: "quiet", action: () => { changing = false; draw(); } }),
    words(),
  ];

  /** @param {Hold} held */
  const confirming = (held) => [
    h("h2", { t: "visit.held.title" }),
    h("p", { class: "number eta" }, icon("clock"), h("span", { text: at(held) })),
    h("p", { class: "muted", t: "visit.held.until", params: { time: i18n.time(held.expires_at) } }),
    button({ t: "visit.held.take", kind: "primary", size: "main", action: confirm }),
    button({ t: "visit.held.other", kind: "quiet", action: other }),
  ];

  /** @param {Appointment} appointment */
  const promised = ({ window_start, window_end, may }) => [
    h("h2", { t: "visit.promised" }),
    window_start && window_end && h("p", { class: "number eta" }, icon("check"), h("span", { text: at({ start: window_start, end: window_end }) })),
    near(),
    first(),
    said && note({ t: `visit.${said}`, tone: "brand", role: "status" }),
    may.includes("choose") && button({ t: "visit.change", icon: "clock", action: async () => { changing = true; await look(); } }),
    words(),
  ];

  const coming = () => [
    h("h2", { t: "visit.coming" }),
    near(),
    first(),
    said && note({ t: `visit.${said}`, tone: "brand", role: "status" }),
    button({ t: "visit.change", icon: "clock", action: async () => { changing = true; await look(); } }),
    words(),
  ];

  /** What has to be over first, in honest words. */
  const first = () => (told?.before ?? []).map(({ type, done, ends_at }) => {
    const name = i18n.language === "en" ? type.name_en || type.name : i18n.language === "zh-Hant" ? type.name_zh_hant || type.name : type.name;
    const time = ends_at && i18n.time(new Date(Math.round(Date.parse(ends_at) / ROUND_MS) * ROUND_MS));
    return note({ text: t(done ? "visit.before.done" : time ? "visit.before.open" : "visit.before.unknown", { name, time: time ?? "" }), icon: done ? "check" : "clock", tone: done ? "ok" : "" });
  });

  /** “Two stops away, about 14:20”, on the day itself. */
  const near = () => {
    if (!told?.eta || told.stops_away === null) return null;
    const about = i18n.time(new Date(Math.round(Date.parse(told.eta) / ROUND_MS) * ROUND_MS));
    const where = told.stops_away ? t("visit.stops", { count: told.stops_away }) : t("visit.next");
    return h("p", { class: "number eta" }, icon("car"), h("span", { text: t("visit.near", { where, time: about }) }));
  };

  const words = () => {
    const kinds = ["late", "not_today", "worse"].filter((kind) => told?.may.includes(kind));
    return kinds.length > 0 && h("div", { class: "cluster" }, kinds.map((kind) =>
      button({ t: `visit.${kind}`, kind: "quiet", action: (event) => attempt(event.currentTarget, () => asked(kind)) })));
  };

  const draw = () => {
    if (gone.aborted) return;
    const owed = waiting("appointment") || waiting("visit_word");
    const look = JSON.stringify([told, windows, chosen, changing, said, owed, i18n.language]);
    if (look === drawn || !told) return;
    drawn = look;
    const held = place.contains(document.activeElement);
    const closed = !told.may.length && !told.window_start;
    place.hidden = closed || !told.task_id;
    place.toggleAttribute("data-near", told.eta !== null && told.stops_away !== null); // then no other time is shown beside it
    const views = owed
      ? [h("h2", { t: "visit.title" }), note({ t: "visit.queued", icon: "offline", tone: "warn", role: "status" })]
      : chosen && told.may.includes("choose") ? confirming(chosen)
      : told.window_start && !changing ? promised(told)
      : told.may.includes("choose") && pressing() && !changing ? coming()
      : told.may.includes("choose") ? choosing()
      : [near(), first(), words()];
    place.replaceChildren(h("div", { class: "stack" }, views));
    if (held) /** @type {HTMLElement | null} */ (place.querySelector("button"))?.focus({ preventScroll: true });
  };

  const safe = () => void refresh().catch((error) => { if (!(/** @type {{passing?: boolean}} */ (error).passing)) page.toast.fault(error); });
  const changed = () => {
    if (waiting("appointment") || waiting("visit_word")) return draw();
    if (said === "queued") said = "effect.told"; // it went up by itself, and nobody was there for the answer
    safe();
  };
  const leave = model.live.subscribe(`request:${model.confirmed?.id}`, safe);
  const looking = setInterval(() => {
    if (!document.hidden && !changing && !chosen && told?.stops_away != null) safe();
  }, LOOK_EVERY_MS);
  model.errands.addEventListener("change", changed);
  i18n.addEventListener("change", draw);
  gone.addEventListener("abort", () => {
    leave();
    clearInterval(looking);
    model.errands.removeEventListener("change", changed);
    i18n.removeEventListener("change", draw);
  });
  safe();
}
