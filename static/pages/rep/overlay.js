// What a day looks like once the actions that still wait on this phone have taken effect. The server decides in
// the end; until it has, the person sees what was done. Pure: the same route and actions give the same day.

/** @typedef {import("lib/outbox.js").Action} Action */
/** @typedef {{id: string, code: string, name: string, name_en: string, phone: string}} Person */
/**
 * Work on a task that was no longer its doer's. @typedef {{id: string, task_id: string, category: string, fault: string, address: string,
 *   task_state: string, state: string, claim: string, proposal: string, rep: Person, holder: Person | null,
 *   acts: {kind: string, at: string, note: string, reason: string}[], proofs: {id: string, url: string}[]}} Conflict
 */
/** A task that left this phone. @typedef {{task_id: string, category: string, fault: string, address: string, at: string, why: string}} Gone */
/** `form`: the newest form to fill in, 0 for none. @typedef {{code: string, name: string, name_zh_hant: string, name_en: string, form: number, proof: string, may_close: boolean}} TypeOfTask */
/** @typedef {{id: string, image_url: string, marks_url: string}} Still */
/**
 * @typedef {{id: string, request_id: string | null, state: string, version: number, category: string, fault: string, severity: string, type?: TypeOfTask | null,
 *   ownership: string, skill: string, level: number, parts: Record<string, number>, duration_s: number, note: string,
 *   verdict: Record<string, any>, evidence: Still[], customer: Record<string, string>, address: string, lon: number | null, lat: number | null,
 *   zone: {code: string, name: string, name_zh_hant: string, name_en: string} | null, window_start: string, window_end: string, windows?: {start: string, end: string}[],
 *   needs_two?: boolean, companion?: boolean, partner?: {task_id: string, state: string, companion: boolean, rep: Person | null, meets_at: string | null} | null,
 *   travel_took_s?: number | null, work_took_s?: number | null, late_s: number, allowed: string[], proofs: {id: string, url: string}[], conflicts?: Conflict[], chain?: import("lib/chain.js").Chain | null}} Task
 */
/** @typedef {{task: Task, position: number, arrives_at: string, starts_at: string, ends_at: string, travel_s: number, late_s: number,
 *   frozen: boolean, path: [number, number][], waiting?: boolean}} Stop */
/**
 * @typedef {{rep: {id: string, name: string, name_en: string, code: string}, day: string, shift_start: string, shift_end: string, home_lon: number,
 *   home_lat: number, travel_source: string, ends_at: string, next_task_id: string | null, stops: Stop[], rest?: {position: number, starts_at: string, ends_at: string, late_s: number} | null,
 *   reports?: Conflict[], gone?: Gone[], owner_notices?: import("pages/rep/zone-notices.js").Notice[], covers?: string[]}} Route
 */

/** @type {Record<string, {state: string, allowed: string[]} | null>} null: the task leaves this phone */
const AFTER = {
  acceptance: { state: "accepted", allowed: ["decline", "travel", "arrive", "escalate"] },
  travel: { state: "travelling", allowed: ["arrive", "escalate"] },
  arrival: { state: "on_site", allowed: ["complete", "not_home", "escalate"] },
  completion: { state: "done", allowed: [] },
  declination: null,
  escalation: null,
  not_home: null,
};

/** What only whoever leads a task does. */
const LEADS = new Set(["complete", "not_home", "escalate"]);

/** @param {Route} route @param {Action[]} actions in the order taken @returns {Route} */
export function withActions(route, actions) {
  const stops = route.stops.flatMap((stop) => {
    const own = actions.filter((action) => action.task_id === stop.task.id);
    const steps = own.filter((action) => action.kind in AFTER); // what was found of a valve moves no task
    if (!steps.length) return [own.length ? { ...stop, waiting: true } : stop];
    const last = AFTER[steps[steps.length - 1]?.kind ?? ""];
    if (!last) return [];
    const allowed = last.allowed.filter((event) => (event !== "complete" || stop.task.type?.may_close !== false) && !(stop.task.companion && LEADS.has(event)));
    return [{ ...stop, ...timesOf(steps), waiting: true, task: { ...stop.task, ...last, allowed } }];
  });
  return { ...route, stops, next_task_id: next(stops)?.task.id ?? null };
}

/** The day with an action that the server has taken, until the day itself is read again: there may be no network by then. @param {Route} route @param {Action} action @returns {Route} */
export function withTaken(route, action) {
  const { stops, ...rest } = withActions(route, [action]);
  return { ...rest, stops: stops.map((stop) => (stop.task.id === action.task_id ? { ...stop, waiting: false } : stop)) };
}

/** When it was begun and ended, as the phone noted it: the plan's times are no longer those. @param {Action[]} steps @returns {Partial<Stop>} */
function timesOf(steps) {
  const at = (/** @type {string} */ kind) => steps.findLast((step) => step.kind === kind)?.at;
  const [arrived, done] = [at("arrival"), at("completion")];
  return { ...(arrived && { arrives_at: arrived, starts_at: arrived }), ...(done && { ends_at: done }) };
}

/** The first stop that is not finished. @param {Stop[]} stops @returns {Stop | undefined} */
export function next(stops) {
  const open = stops.filter((stop) => stop.task.state !== "done");
  return open.find((stop) => ["on_site", "travelling"].includes(stop.task.state)) ?? open[0];
}

/** How many stops, and how many of them are done. @param {Route} route */
export function progress(route) {
  return { all: route.stops.length, done: route.stops.filter((stop) => stop.task.state === "done").length };
}
