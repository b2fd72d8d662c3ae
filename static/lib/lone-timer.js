// A lone worker's check-in timer as it stands once the words that still wait on this phone are heard. Pure; the rules are
// those of field/safety/timer.py. Moments are milliseconds by this phone's clock.

/** @typedef {{task: string, minutes: number, state: string, said: number, ends: number}} Timer */
/** @typedef {import("lib/outbox.js").Action} Action */

const MINUTE_MS = 60_000;
const EXTENSION_MS = 15 * MINUTE_MS;
/** After these nobody is at work there any more. */
const ENDING = new Set(["completion", "declination", "escalation", "not_home"]);
const USUAL = 30;

/**
 * @param {{task_id: string, minutes: number, state: string, said_at: string, ends_at: string} | null} heard @param {number} skew what has to be
 * added to the house's moments @returns {Timer | null}
 */
export function timerOf(heard, skew) {
  return heard && { task: heard.task_id, minutes: heard.minutes, state: heard.state, said: Date.parse(heard.said_at) + skew, ends: Date.parse(heard.ends_at) + skew };
}

/** @param {Timer | null} timer @param {Action[]} actions in the order taken @returns {Timer | null} */
export function withWords(timer, actions) {
  return actions.reduce(after, timer);
}

/** @param {Timer | null} timer @param {Action} action @returns {Timer | null} */
function after(timer, { kind, task_id, body, at }) {
  const said = Date.parse(at);
  if (kind === "timer_start") {
    const { minutes = USUAL } = /** @type {{minutes?: number}} */ (body);
    return { task: task_id, minutes, state: "running", said, ends: said + minutes * MINUTE_MS };
  }
  if (!timer) return null;
  if (kind === "timer_end" || (ENDING.has(kind) && task_id === timer.task)) return null;
  if (kind === "timer_well") return { ...timer, state: "running", said, ends: Math.max(timer.ends, said + timer.minutes * MINUTE_MS) };
  if (kind === "timer_extend") return { ...timer, state: "running", said, ends: Math.max(timer.ends, said) + EXTENSION_MS };
  return timer;
}

/** How near its end it is. @param {Timer} timer @param {number} now @param {number} before_s when the reminder comes */
export function phase(timer, now, before_s) {
  if (now >= timer.ends) return "over";
  return now >= timer.ends - before_s * 1000 ? "soon" : "running";
}
