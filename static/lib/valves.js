// A shut-off with what was found of its valves on this phone and is not sent yet. Pure: what the server would answer
// once it knows, as far as it has told beforehand. Nothing here knows of a page.

/** @typedef {{code: string, pipe: string, lon: number, lat: number, state: string, found_at: string | null, found_by: string | null}} Valve */
/** @typedef {{connections: number, classes: Record<string, number>, vulnerable: {code: string, kind: string}[], hydrants: {code: string}[]}} Served */
/** @typedef {{instead: Valve[], not_needed: string[], more: Served, more_m: number, at_source: boolean}} IfStuck */
/** @typedef {Valve & {away_m: number, if_stuck: IfStuck | null}} Step */
/** @typedef {{pipes: string[], metres: number, lines: [number, number][][], drawn_all: boolean}} Pipes */
/**
 * @typedef {{version: number, asked: string[], lon: number, lat: number, off_pipe_m: number, close: Step[], held: Valve[], spare: Valve[],
 *   at_source: boolean, sources_known: boolean, closed: Pipes, lost: Pipes, without_water: Served, only_together: number}} Closure
 */
/** @typedef {{valve: string, valve_state: string}} Finding */
/** `instead`: it takes the place of one that does not shut. @typedef {Step & {instead?: boolean}} Shown */

/**
 * The valves to be shut, in order, with those behind a stuck one; and who is without water then.
 * @param {Closure} closure @param {Finding[]} findings in the order in which they were made
 * @returns {{steps: Shown[], connections: number, classes: Record<string, number>, at_source: boolean, unsure: boolean}}
 *   `unsure`: more than one valve of the list was found stuck, and only the server can say what that takes
 */
export function withFindings(closure, findings) {
  const said = new Map(findings.map(({ valve, valve_state }) => [valve, valve_state]));
  const listed = new Map(closure.close.map((step) => [step.code, step]));
  const stuck = closure.close.filter(({ code }) => said.get(code) === "stuck");
  const spared = new Set(stuck.flatMap(({ if_stuck }) => if_stuck?.not_needed ?? []));
  /** @type {Shown[]} */
  const steps = [];
  const add = (/** @type {Shown} */ step) => {
    if (!steps.some(({ code }) => code === step.code)) steps.push({ ...step, state: said.get(step.code) ?? step.state });
  };
  for (const step of closure.close) {
    if (spared.has(step.code) && !said.has(step.code)) continue;
    add(step);
    if (said.get(step.code) !== "stuck") continue;
    for (const valve of step.if_stuck?.instead ?? []) if (!listed.has(valve.code)) add({ ...valve, away_m: away(closure, valve), if_stuck: null, instead: true });
  }
  const more = stuck.map(({ if_stuck }) => if_stuck?.more).filter((each) => each !== undefined);
  const classes = { ...closure.without_water.classes };
  for (const each of more) for (const [name, count] of Object.entries(each.classes)) classes[name] = (classes[name] ?? 0) + count;
  const lost = steps.some(({ code, instead }) => instead && said.get(code) === "stuck");
  return {
    steps, classes,
    connections: closure.without_water.connections + more.reduce((sum, each) => sum + each.connections, 0),
    at_source: closure.at_source || stuck.some(({ if_stuck }) => if_stuck?.at_source),
    unsure: stuck.length > 1 || lost || stuck.some(({ if_stuck }) => !if_stuck),
  };
}

/** Metres between two places that are near each other. @param {{lon: number, lat: number}} a @param {{lon: number, lat: number}} b */
export function away(a, b) {
  const degree = 111_195;
  return Math.round(degree * Math.hypot((a.lon - b.lon) * Math.cos((a.lat * Math.PI) / 180), a.lat - b.lat));
}
