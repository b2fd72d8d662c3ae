// The objects of docs/protocol.md as JSDoc types. No code.

/** @typedef {"customer" | "technician" | "rep"} Role */
/** @typedef {"audio" | "video"} Kind */
/** @typedef {"on" | "off" | "refused" | "absent" | "failed"} DeviceState */
/** @typedef {"none" | "hidden" | "phone_call"} Interruption */
/** @typedef {"good" | "fair" | "poor" | "lost"} Level */
/** @typedef {"video" | "low_frame_rate" | "stills_voice" | "upload"} Rung */
/** @typedef {"pen" | "arrow" | "box" | "text"} Tool */
/** @typedef {[number, number]} Point fractions of a still's width and height */
/** @typedef {{camera: DeviceState, microphone: DeviceState, hidden: boolean, phone_call: boolean, torch: "on" | "off" | "absent"}} OwnMediaState */
/** @typedef {OwnMediaState & {interruption: Interruption}} MediaState */
/** @typedef {{peer: string, role: Role, name: string, publish: Kind[], here: boolean, media_state: MediaState | null, rung: Rung}} Participant */
/** @typedef {{id: string, client_id: string, freeze_id: string | null, source: string, taken_by: string, width: number, height: number, size: number, media_type: string, taken_at: string, url: string}} Still */
/** @typedef {{id: string, client_id: string, still_id: string, author: string, author_id: string, tool: Tool, points: Point[], text: string | null, made_at: string}} Mark */
/** @typedef {{id: string, client_id: string, author: string, author_id: string, author_name: string, text: string, sent_at: string}} Message */
/** @typedef {{freeze_id: string, to: string, state: "asked" | "held"}} Freeze */
/** @typedef {Record<string, Partial<Record<Kind, number>>>} Streams peer → kind → number */
/** @typedef {{peer: string, client_id: string, still_id: string, tool: Tool, from: number, points: Point[]}} Ink */
/** @typedef {{type: string, of?: string, [field: string]: any}} Frame any frame from the server */
/** @typedef {{rtt_ms?: number, loss?: number, jitter_ms?: number, up_kbps?: number, down_kbps?: number, frames_per_second?: number, frames_decoded?: number, limited?: "none" | "bandwidth" | "cpu" | "other"}} Quality */

export {};
