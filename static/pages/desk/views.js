// What the API answers a desk with, as JSDoc types (assist/request/views.py). No code.

/** @typedef {{id: string, name: string}} Person */
/** @typedef {{address: string, lon: number | null, lat: number | null, source: string}} Place */
/** @typedef {{code: string, count: number}} Part */
/** @typedef {{guide: string, step: string | null, ending: "solved" | "person" | "stop" | null}} Position */
/** @typedef {{id: string, technician: Person, accepted_at: string, customer_joined_at: string | null, technician_joined_at: string | null, ended_at: string | null, end_reason: string | null}} CallFacts */
/** @typedef {{ownership: string, fault: string, severity: string, still_ids: string[], no_still_reason: string | null, note: string, given_by: Person, given_at: string}} Verdict */
/** @typedef {{task_id: string | null, state: string, rep_name: string | null, eta: string | null, reason: string | null, note: string | null}} Visit */
/**
 * @typedef {{id: string, version: number, state: string, category: string, asker: string, language: string, channel: string,
 *   building: string, equipment: string, description: string, place: Place | null, contact: {name: string, phone: string},
 *   owner: Person, technician: Person | null, skill: string, priority: number, safety_stop: string | null, guide: Position | null,
 *   call: CallFacts | null, verdict: Verdict | null, outcome: string | null, outcome_note: string, allowed_outcomes: string[],
 *   visit: Visit | null, rating: {score: number, comment: string, counts: boolean} | null, may: string[], created_at: string, changed_at: string, erased_at: string | null}} RequestView
 */
/**
 * @typedef {{request_id: string, version: number, place: number, name: string, category: string, asker: string, language: string,
 *   skill: string, priority: number, address: string, entered_at: string, waited_s: number, away: boolean,
 *   safety_stop: string | null, stills: number, suits: boolean, invited_by_me: boolean}} QueueRow
 */
/** @typedef {{rows: QueueRow[], next: string | null, mine: string[], technicians: number}} Queue */
/**
 * @typedef {{id: string, version: number, state: string, category: string, language: string, name: string, address: string,
 *   owner: Person, priority: number, outcome: string | null, score: number | null, created_at: string, changed_at: string}} RequestRow
 */
/** @typedef {{number: number, at: string, kind: string, actor: string, actor_name: string | null, state: string, owner: Person, detail: Record<string, any>}} TimelineEntry */
/** @typedef {{code: string, name: string, category: string, skill: string, level: number, minutes: number, parts: Part[]}} FaultKind */
/** @typedef {{id: string, kind: string, title: string, text: string, answers: {answer: string, label: string}[]}} GuideStep */
/** @typedef {{id: string, category: string, title: string, steps: Record<string, GuideStep>}} Guide */
/** @typedef {{language: string, categories: {code: string, name: string, guide: string | null}[], guides: Guide[], faults: FaultKind[]}} Catalogue */
/** @typedef {{request_id: string, link: string, qr_svg: string, expires_at: string}} Invitation */
/** @typedef {import("lib/room-types.js").Still} Still */
/** @typedef {import("lib/room-types.js").Mark} Mark */
/** @typedef {import("lib/room-types.js").Message} Message */

export {};
