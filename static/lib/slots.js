// Receive slots: which `recvonly` m-line carries which remote stream. An m-line cannot be taken out of a session, so one that is no
// longer needed is made inactive and used for the next stream of its kind.

import { offerCodecs } from "lib/sending.js";

/** @typedef {import("lib/room-types.js").Kind} Kind */
/** @typedef {import("lib/room-types.js").Streams} Streams */
/** @typedef {{kind: Kind, transceiver: RTCRtpTransceiver, peer: string, number: number}} Slot `peer` "": free */

export class Slots {
  /** @param {(peer: string, stream: MediaStream | null) => void} tell a peer's stream began or changed, or (null) is gone */
  constructor(tell) {
    this.tell = tell;
    /** @type {Slot[]} */
    this.slots = [];
    /** @type {Map<string, MediaStream>} */
    this.streams = new Map();
  }

  /** Whether the slots are not what `wanted` asks for. @param {Streams} wanted */
  differ(wanted) {
    const have = this.slots.filter((slot) => slot.peer);
    const count = Object.values(wanted).reduce((sum, kinds) => sum + Object.keys(kinds).length, 0);
    return have.length !== count || have.some((slot) => wanted[slot.peer]?.[slot.kind] !== slot.number);
  }

  /** Makes the slots what `wanted` asks for, before an offer. @param {RTCPeerConnection} pc @param {Streams} wanted */
  fill(pc, wanted) {
    for (const slot of this.slots) {
      const number = wanted[slot.peer]?.[slot.kind];
      if (number === undefined) this.free(slot);
      else slot.number = number;
    }
    for (const [peer, kinds] of Object.entries(wanted)) {
      for (const [kind, number] of /** @type {[Kind, number][]} */ (Object.entries(kinds))) {
        if (this.slots.some((slot) => slot.peer === peer && slot.kind === kind)) continue;
        const spare = this.slots.find((slot) => !slot.peer && slot.kind === kind);
        if (spare) {
          Object.assign(spare, { peer, number });
          spare.transceiver.direction = "recvonly";
        } else {
          const transceiver = pc.addTransceiver(kind, { direction: "recvonly" });
          offerCodecs(transceiver, kind);
          this.slots.push({ kind, transceiver, peer, number });
        }
      }
    }
  }

  /** For the frame `offer`, once the m-lines have their ids. @returns {Record<string, {peer: string, kind: Kind}>} */
  receive() {
    const used = this.slots.filter((slot) => slot.peer && slot.transceiver.mid);
    return Object.fromEntries(used.map(({ transceiver, peer, kind }) => [transceiver.mid, { peer, kind }]));
  }

  /** After the answer: tracks to their streams. A refused slot is free again. @param {Record<string, string>} refused */
  settle(refused) {
    for (const slot of this.slots) {
      if (!slot.peer) continue;
      if (refused[slot.transceiver.mid ?? ""]) {
        // Kept out until the room names the stream anew, or the number changes.
        slot.number = -1;
        continue;
      }
      this.add(slot.peer, slot.transceiver.receiver.track);
    }
  }

  clear() {
    this.slots = [];
    for (const peer of [...this.streams.keys()]) this.gone(peer);
  }

  /** @param {Slot} slot */
  free(slot) {
    const peer = slot.peer;
    if (!peer) return;
    Object.assign(slot, { peer: "", number: 0 });
    slot.transceiver.direction = "inactive";
    const stream = this.streams.get(peer);
    stream?.removeTrack(slot.transceiver.receiver.track);
    if (stream && stream.getTracks().length === 0) this.gone(peer);
  }

  /** @param {string} peer @param {MediaStreamTrack} track */
  add(peer, track) {
    const known = this.streams.get(peer);
    if (known?.getTracks().includes(track)) return;
    const stream = known ?? new MediaStream();
    for (const old of stream.getTracks().filter((one) => one.kind === track.kind)) stream.removeTrack(old);
    stream.addTrack(track);
    this.streams.set(peer, stream);
    this.tell(peer, stream);
  }

  /** @param {string} peer */
  gone(peer) {
    this.streams.delete(peer);
    this.tell(peer, null);
  }
}
