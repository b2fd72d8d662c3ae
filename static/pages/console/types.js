// What the console reads, as the API answers it. No code; modules import these types from here.

/** @typedef {{code: string, params: Record<string, unknown>}} Reason */
/** @typedef {{code: string, name: string, name_zh_hant: string, name_en: string}} Names */
/** @typedef {{id: string, code: string, name: string, name_en: string, phone: string}} RepName */
/**
 * @typedef {{id: string, version: number, state: string, claim: string, proposal: string, allowed: string[], rep: RepName, holder: RepName | null,
 *   acts: {kind: string, at: string, note: string, reason: string, form?: {type: string, number: number, answers: Record<string, any>} | null}[], proofs: {id: string, url: string}[]}} Conflict
 */
/** @typedef {{id: string, image_url: string, marks_url: string}} Still */
/**
 * @typedef {{id: string, state: string, version: number, category: string, fault: string, severity: string, priority: number, note: string,
 *   customer: string, address: string, lon: number | null, lat: number | null, zone: Names | null, window_start: string, window_end: string, windows: number,
 *   rep: RepName | null, starts_at: string | null, ends_at: string | null, unplaced_reason: string | null, escalation_reason: string,
 *   finished_at: string | null, late_s: number, undecided: boolean, type: string, lock: "rep" | "place" | null, travel_s: number | null,
 *   companion: boolean, partner: string | null, alone: boolean}} Task as lists and the map show it
 */
/** @typedef {{rep_id: string, rep_name: string, rule: Reason}} PassedOver */
/** @typedef {{rep_id: string, rep_name: string, position: number, cost_s: number, extra_travel_s: number, arrives_at: string, starts_at: string, finishes_at: string, reasons: Reason[]}} Proposal */
/** @typedef {{task_id: string, task_version: number, day: string | null, travel_source: string, unplaced_reason: string | null, best: Proposal[], passed_over: PassedOver[], others: Record<string, number>}} Proposals */
/** @typedef {{by: string | null, rep_id: string | null, rep_name: string | null, reasons: Reason[], passed_over: PassedOver[], others: Record<string, number>}} Placement */
/** @typedef {{code: string, name: string, name_zh_hant: string, name_en: string, form: number}} TypeOfTask */
/** @typedef {{type: string, number: number, rep_name: string, rep_name_en: string, filled_at: string, answers: Record<string, any>}} Filled */
/** @typedef {{kind: string, from_state: string | null, to_state: string, at: string, happened_at: string, actor_kind: string, actor_name: string, actor_name_en: string, detail: Record<string, any>}} Entry */
/**
 * @typedef {Omit<Task, "customer" | "undecided" | "type" | "travel_s" | "windows" | "partner" | "alone"> & {windows: {start: string, end: string}[], wishes: {rep_id: string, kind: string, code: string}[], type: TypeOfTask | null, answers: Filled[], travel_took_s: number | null, work_took_s: number | null, erased_at: string | null, request_id: string | null, ownership: string, skill: string, level: number, parts: Record<string, number>,
 *   duration_s: number, verdict: Record<string, any>, evidence: Still[], customer: Record<string, string>,
 *   answerable: {id: string, name: string, name_en: string}, allowed: string[], proofs: {id: string, url: string}[], conflicts: Conflict[],
 *   needs_two: boolean, second_skill: string, second_level: number, partner: {task_id: string, state: string, companion: boolean, rep: RepName | null, meets_at: string | null} | null,
 *   placement: Placement, timeline: Entry[], chain?: import("lib/chain.js").Chain | null}} TaskDetail
 */
/**
 * @typedef {{task_id: string, category: string, fault: string, severity: string, address: string, before_rep_id: string | null, before_rep_name: string | null,
 *   before_starts_at: string | null, rep_id: string, rep_name: string, starts_at: string, ends_at: string}} PlanChange
 */
/** @typedef {{travel_s: number, late_s: number, overtime_s: number, unserved: number}} PlanFigures */
/**
 * @typedef {{id: string, version: number, station: string, day: string, state: string, cause: string, budget_s: number, changed_at: string, stops: number | null,
 *   before: PlanFigures | null, after: PlanFigures | null, moved: PlanChange[], retimed: PlanChange[],
 *   left: {task_id: string, category: string, fault: string, address: string}[], leaves: Record<string, string>, extra: {task_id: string, zone: string, category: string, severity: string}[]}} Plan
 */
/** @typedef {{lon: number, lat: number, at: string}} Position */
/**
 * @typedef {RepName & {station: string, skills: Record<string, number>, parts: Record<string, number>, active: boolean, home_lon: number, home_lat: number,
 *   shift_start: string, shift_end: string, on_shift: boolean, zones: string[], position: Position | null, open_tasks: number, done_today: number,
 *   next_stop: {eta: string} | null, rest_starts_at: string | null, rest_ends_at: string | null}} Rep
 */
/** @typedef {{task: TaskDetail, path: [number, number][], starts_at: string, ends_at: string, travel_s: number, late_s: number}} Stop */
/** @typedef {{rep: RepName, stops: Stop[], home_lon: number, home_lat: number, travel_s: number, overtime_s: number, ends_at: string}} Route */
/**
 * @typedef {Names & {office: string, station: string, sub_area: string, owner: {id: string, code: string, name: string, name_en: string} | null,
 *   coverage: "covered" | "thin" | "uncovered" | "late", reasons: Reason[], open_tasks: number, carers: number, able: number}} ZoneProperties
 */
/** @typedef {{type: string, geometry: any, properties: ZoneProperties}} Zone */

export {};
