// Whether a step of a chain can be begun: by what this phone knows, with or without a network. The server decides in the
// end (field/chains/chain.py), by the same rules.

/** @typedef {{code: string, name: string, name_zh_hant: string, name_en: string}} StepType */
/** @typedef {{id: string, version: number, task_id: string | null, kind: string, authority: string, number: string, state: string, valid_from: string | null, valid_until: string | null}} Permit */
/**
 * @typedef {{task_id: string, type: StepType, state: string, version: number, rep: {id: string, code: string, name: string, name_en: string, phone: string} | null,
 *   starts_at: string | null, ends_at: string | null, not_before: string | null, not_after: string | null, waits_for: string | null, kept_from: string | null,
 *   kept_until: string | null, before: {task_id: string, lag_min: number}[], permits: string[]}} Step
 */
/** @typedef {{id: string, template: string, steps: Step[], permits: Permit[]}} Chain */
/** Why not, and until when where that is known. @typedef {{reason: string, until: string | null}} Kept */

/** A permit's state at a moment. @param {Permit} permit @param {number} now */
export function standing({ state, valid_until }, now) {
  return state === "granted" && valid_until && Date.parse(valid_until) <= now ? "expired" : state;
}

/** The permits that count for a step. @param {Chain} chain @param {Step} step */
export function permitsOf(chain, step) {
  return chain.permits.filter((permit) => permit.task_id === step.task_id || (permit.task_id === null && step.permits.includes(permit.kind)));
}

/** @param {Chain | null | undefined} chain @param {string} id @param {number} now @param {Map<string, string>} [done] what was finished on this phone, and when @returns {Kept | null} */
export function keptFrom(chain, id, now, done = new Map()) {
  const step = chain?.steps.find((each) => each.task_id === id);
  if (!chain || !step) return null;
  for (const { task_id, lag_min } of step.before) {
    const before = chain.steps.find((each) => each.task_id === task_id);
    if (before?.state === "cancelled") return { reason: "predecessor_cancelled", until: null };
    const ended = done.get(task_id) ?? (before?.state === "done" ? before.ends_at : null);
    if (!ended) return { reason: "predecessor_open", until: null };
    const ready = Date.parse(ended) + lag_min * 60_000;
    if (ready > now) return { reason: "lag_running", until: new Date(ready).toISOString() };
  }
  for (const kind of [...step.permits].sort()) {
    const own = permitsOf(chain, step).filter((permit) => permit.kind === kind);
    const [granted] = own.filter((permit) => standing(permit, now) === "granted").sort((a, b) => (a.valid_from ?? "").localeCompare(b.valid_from ?? ""));
    if (!granted) {
      const worse = ["asked", "expired", "refused"].find((state) => own.some((permit) => standing(permit, now) === state));
      return { reason: `permit_${worse ?? "missing"}`, until: null };
    }
    if (granted.valid_from && Date.parse(granted.valid_from) > now) return { reason: "permit_not_yet", until: granted.valid_from };
  }
  return null;
}
