// What is known of the places of a day's stops, as it stands once what waits on this phone is heard. Pure; the rules are those
// of field/sites/note.py.

/** @typedef {"danger" | "dog" | "gate" | "access" | "meter" | "stop_tap"} NoteKind */
/**
 * @typedef {{id: string, kind: NoteKind, state: string, text: string, has_code: boolean, gate_code: string | null, spot_lon: number | null, spot_lat: number | null,
 *   photo_url: string | null, arrow: number[] | null, author: string, author_en: string, own: boolean, written_at: string, renewed_at: string,
 *   expires_at: string, ask_again: boolean, doubt: string | null, doubted_by: string, waiting?: boolean, photo?: string}} SiteNote
 */
/** @typedef {{task_id: string, notes: SiteNote[], codes_until: string | null, unread: string[]}} StopSite */
/** @typedef {import("lib/outbox.js").Action} Action */

/** @type {NoteKind[]} in the order in which they are shown */
export const KINDS = ["danger", "dog", "gate", "access", "meter", "stop_tap"];
const DAY_MS = 86_400_000;
const SOON_MS = 14 * DAY_MS;
/** How long each holds, days. @type {Record<NoteKind, number>} */
const LASTS = { danger: 180, dog: 365, gate: 90, access: 365, meter: 1825, stop_tap: 1825 };
export const MOST_TEXT = 300;

/** No gate code stays on a phone after its day, nor any note after its time. @param {StopSite[]} stops @param {number} now @returns {StopSite[]} */
export function withoutOld(stops, now) {
  return stops.map((stop) => {
    const notes = stop.notes.filter(({ expires_at }) => Date.parse(expires_at) > now);
    if (stop.codes_until === null || Date.parse(stop.codes_until) > now) return { ...stop, notes };
    return { ...stop, codes_until: null, notes: notes.map((note) => ({ ...note, gate_code: null })) };
  });
}

/** Whether `withoutOld` would take something away. @param {StopSite[]} stops @param {number} now */
export function hasOld(stops, now) {
  return stops.some(({ codes_until, notes }) =>
    (codes_until !== null && Date.parse(codes_until) <= now) || notes.some(({ expires_at }) => Date.parse(expires_at) <= now));
}

/** With what was said here and is not heard yet. @param {StopSite} stop @param {Action[]} actions of this stop's task, in the order taken @returns {StopSite} */
export function withSaid(stop, actions) {
  return actions.reduce(after, stop);
}

/** @param {StopSite} stop @param {Action} action @returns {StopSite} */
function after(stop, { kind, body, at }) {
  const { site, notes: ids = [], doubt = null } = /** @type {{site?: any, notes?: string[], doubt?: string | null}} */ (body);
  const change = (/** @type {(note: SiteNote) => SiteNote | null} */ how) => ({
    ...stop, notes: stop.notes.flatMap((note) => (ids.includes(note.id) ? (how(note) ?? []) : [note])),
  });
  if (kind === "site_note") {
    const lasts = LASTS[/** @type {NoteKind} */ (site.kind)] * DAY_MS;
    const note = { id: site.id, kind: site.kind, state: "standing", text: site.text ?? "", has_code: Boolean(site.gate_code), gate_code: site.gate_code || null, spot_lon: site.lon ?? null,
      spot_lat: site.lat ?? null, photo_url: null, photo: site.photo, arrow: site.arrow ?? null, author: "", author_en: "", own: true, written_at: at, renewed_at: at,
      expires_at: new Date(Date.parse(at) + lasts).toISOString(), ask_again: lasts < SOON_MS, doubt: null, doubted_by: "", waiting: true };
    return { ...stop, notes: sorted([...stop.notes.filter(({ id }) => id !== site.id), note]) };
  }
  if (kind === "site_renewal") {
    return change((note) => ({ ...note, renewed_at: at, expires_at: new Date(Date.parse(at) + LASTS[note.kind] * DAY_MS).toISOString(), ask_again: false, waiting: true }));
  }
  if (kind === "site_dispute") return change((note) => (note.own ? null : { ...note, state: "disputed", doubt, doubted_by: "staff", gate_code: null, waiting: true }));
  if (kind === "danger_read") return { ...stop, unread: stop.unread.filter((id) => !ids.includes(id)) };
  return stop;
}

/** @param {SiteNote[]} notes */
function sorted(notes) {
  return [...notes].sort((one, other) => KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind));
}
