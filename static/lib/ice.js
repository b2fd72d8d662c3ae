// The TURN servers that the installation offers, asked for once and again before their credentials expire. Without an
// answer the call tries the direct way: most networks allow it.

/** @typedef {{get: (path: string) => Promise<{ice_servers: RTCIceServer[], expires_at: string | null}>}} Asked */

const EARLY_MS = 60_000;

/** @param {Asked} api @returns {() => Promise<RTCIceServer[]>} */
export function iceServersFrom(api) {
  /** @type {RTCIceServer[]} */
  let servers = [];
  let until = 0;
  return async () => {
    if (Date.now() < until) return servers;
    try {
      const answer = await api.get("/api/ice-servers");
      servers = answer.ice_servers;
      until = answer.expires_at ? Date.parse(answer.expires_at) - EARLY_MS : Infinity;
    } catch {
      servers = [];
    }
    return servers;
  };
}
