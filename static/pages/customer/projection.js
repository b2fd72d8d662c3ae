// The request as it will be once everything has gone up that waits on this phone. Pure: what the server said last, and
// what was done since, give what the page shows. Whatever the server answers later takes its place.

/** @typedef {import("lib/errands.js").Errand} Errand */
/** @typedef {import("pages/customer/case.js").RequestView} RequestView */
/** @typedef {import("pages/customer/case.js").Catalogue} Catalogue */
/** @typedef {import("pages/customer/case.js").Position} Position */

const MAY = /** @type {Record<string, string[]>} */ ({ guiding: ["guide_answered", "queued", "withdrawn"], waiting: ["queue_left", "withdrawn"] });
const DANGER = 3;

/** @param {RequestView | null} told @param {Errand[]} owed in order @param {Catalogue | null} catalogue @returns {RequestView | null} */
export function project(told, owed, catalogue) {
  let request = told;
  for (const errand of owed) request = after(request, errand, catalogue);
  return request;
}

/** @param {RequestView | null} request @param {Errand} errand @param {Catalogue | null} catalogue @returns {RequestView | null} */
function after(request, { kind, body }, catalogue) {
  if (kind === "start") return request ?? begun(body);
  if (!request) return null;
  switch (kind) {
    case "details":
      return { ...request, ...body, contact: { ...request.contact, ...body.contact } };
    case "guide_answer":
      return answered(request, body, catalogue);
    case "queue_entry":
      return request.state === "guiding" ? become(request, "waiting") : request;
    case "queue_left":
      return request.state === "waiting" ? become(request, "guiding") : request;
    case "withdrawal":
      return become(request, "withdrawn");
    case "call_end":
      return request.state === "in_call" && request.call?.id === body.call ? become(request, "wrap_up") : request;
    case "rating":
      return { ...become(request, "closed"), rating: { score: body.score } };
    case "reopening":
      return request.state === "resolved" ? { ...become(request, "waiting"), outcome: null, outcome_note: "" } : request;
    default:
      return request;
  }
}

/** @param {{category: string, asker: string, language: string, building: string, equipment: string}} body @returns {RequestView} */
function begun({ category, asker, language, building, equipment }) {
  return {
    id: "", version: 0, state: "guiding", category, asker, language, channel: "public", building, equipment, description: "", place: null, contact: { name: "", phone: "" },
    technician: null, owner: { id: "", name: "" }, priority: 0, safety_stop: null, guide: null, call: null, verdict: null, outcome: null, outcome_note: "", visit: null,
    rating: null, may: MAY["guiding"] ?? [],
  };
}

/** @param {RequestView} request @param {string} state @returns {RequestView} */
function become(request, state) {
  return { ...request, state, may: MAY[state] ?? [] };
}

/** @param {RequestView} request @param {{guide: string, step: string, answer: string}} given @param {Catalogue | null} catalogue @returns {RequestView} */
function answered(request, given, catalogue) {
  const position = positionAfter(catalogue, given);
  if (!position) return request;
  const there = { ...request, guide: position };
  if (position.ending === "stop") return { ...become(there, "waiting"), safety_stop: `${given.guide}/${position.step}`, priority: DANGER };
  return position.ending === "solved" ? become(there, "resolved") : there;
}

/** Where an answer leads, as the server will say it (`assist.guide.triage`). @param {Catalogue | null} catalogue @param {{guide: string, step: string, answer: string}} given @returns {Position | null} */
export function positionAfter(catalogue, { guide, step, answer }) {
  const known = catalogue?.guides.find((one) => one.id === guide);
  const next = known?.steps[step]?.answers.find((one) => one.answer === answer)?.next;
  if (!known || !next) return null;
  if (next === "solved" || next === "person") return { guide, step: null, ending: next };
  return { guide, step: next, ending: known.steps[next]?.kind === "stop" ? "stop" : null };
}
