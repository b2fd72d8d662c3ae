// What a peer connection's statistics say about its line, as numbers for the room and as a level for people.

/** @typedef {import("lib/room-types.js").Quality} Quality */
/** @typedef {import("lib/room-types.js").Level} Level */
/** @typedef {{at: number, sent: number, received: number, lost: number, got: number, decoded: number}} Totals */

/** Turns successive reports into a measurement of the time between them. */
export class LineMeter {
  constructor() {
    /** @type {Totals | null} */
    this.before = null;
  }

  /** @param {Iterable<[string, any]>} report of `RTCPeerConnection.getStats()` @param {number} [now] milliseconds @returns {Quality} */
  measure(report, now = Date.now()) {
    /** @type {Totals} */
    const totals = { at: now, sent: 0, received: 0, lost: 0, got: 0, decoded: 0 };
    /** @type {Quality} */
    const quality = {};
    for (const [, entry] of report) {
      if (entry.type === "inbound-rtp") readInbound(entry, totals, quality);
      else if (entry.type === "outbound-rtp") readOutbound(entry, totals, quality);
      else if (entry.type === "remote-inbound-rtp") quality.loss = Math.max(quality.loss ?? 0, share(entry.fractionLost));
      else if (entry.type === "candidate-pair" && entry.nominated && entry.currentRoundTripTime !== undefined) {
        quality.rtt_ms = clamp(entry.currentRoundTripTime * 1000, 60_000);
      }
    }
    const before = this.before;
    this.before = totals;
    if (!before || now <= before.at || totals.received < before.received || totals.sent < before.sent) return quality;
    const ms = now - before.at;
    quality.up_kbps = clamp(((totals.sent - before.sent) * 8) / ms, 1_000_000);
    quality.down_kbps = clamp(((totals.received - before.received) * 8) / ms, 1_000_000);
    const lost = Math.max(0, totals.lost - before.lost);
    const expected = lost + Math.max(0, totals.got - before.got);
    if (expected > 0) quality.loss = Math.max(quality.loss ?? 0, lost / expected);
    return quality;
  }
}

/** The same steps as the room's own. @param {Quality} quality @returns {Level} */
export function levelOf(quality) {
  const loss = quality.loss ?? 0;
  const rtt = quality.rtt_ms ?? 0;
  if (loss >= 0.5) return "lost";
  if (loss > 0.08 || rtt > 700) return "poor";
  if (loss > 0.02 || rtt > 300) return "fair";
  return "good";
}

/** @param {any} entry @param {Totals} totals @param {Quality} quality */
function readInbound(entry, totals, quality) {
  totals.received += entry.bytesReceived ?? 0;
  totals.lost += entry.packetsLost ?? 0;
  totals.got += entry.packetsReceived ?? 0;
  quality.jitter_ms = Math.max(quality.jitter_ms ?? 0, clamp((entry.jitter ?? 0) * 1000, 60_000));
  if (entry.kind !== "video") return;
  quality.frames_decoded = (quality.frames_decoded ?? 0) + (entry.framesDecoded ?? 0);
  quality.frames_per_second = Math.max(quality.frames_per_second ?? 0, clamp(entry.framesPerSecond ?? 0, 240));
}

/** @param {any} entry @param {Totals} totals @param {Quality} quality */
function readOutbound(entry, totals, quality) {
  totals.sent += entry.bytesSent ?? 0;
  const limited = entry.qualityLimitationReason;
  if (entry.kind === "video" && ["none", "bandwidth", "cpu", "other"].includes(limited)) quality.limited = limited;
}

/** @param {number | undefined} value */
function share(value) {
  return Math.min(1, Math.max(0, value ?? 0));
}

/** @param {number} value @param {number} most */
function clamp(value, most) {
  return Math.min(most, Math.max(0, Math.round(value * 10) / 10));
}
