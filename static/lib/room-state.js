// What a client knows of its room: the snapshot of `joined`, kept up to date by the frames after it.

/** @typedef {import("lib/room-types.js").Participant} Participant */
/** @typedef {import("lib/room-types.js").Frame} Frame */
/** @typedef {import("lib/room-types.js").Mark} Mark */
/** @typedef {import("lib/room-types.js").Still} Still */

export class RoomState {
  constructor() {
    this.me = "";
    /** @type {{role: import("lib/room-types.js").Role, name: string, language: string} | null} */
    this.you = null;
    /** @type {Participant[]} */
    this.participants = [];
    /** @type {import("lib/room-types.js").Streams} */
    this.streams = {};
    /** @type {import("lib/room-types.js").Freeze | null} */
    this.freeze = null;
    /** @type {Still | null} the still both sides look at; null: the live picture */
    this.shown = null;
    /** @type {Map<string, Mark>} marks by id, of every still they are known of */
    this.marks = new Map();
    /** @type {Map<string, Still>} by id, oldest first */
    this.stills = new Map();
    /** @type {Map<string, import("lib/room-types.js").Message>} by id, oldest first */
    this.messages = new Map();
    /** @type {Map<string, import("lib/room-types.js").Level>} by peer */
    this.levels = new Map();
    /** @type {Map<string, import("lib/room-types.js").Ink & {at: number}>} strokes being drawn, by client_id */
    this.ink = new Map();
    /** @type {Map<string, {still_id: string | null, picture_of: string | null, x: number, y: number}>} by peer */
    this.pointers = new Map();
  }

  /** @param {string} peer */
  participant(peer) {
    return this.participants.find((one) => one.peer === peer);
  }

  /** The others, those whose line stands first. */
  get others() {
    const others = this.participants.filter((one) => one.peer !== this.me);
    return others.sort((a, b) => Number(b.here) - Number(a.here));
  }

  /** @param {string} still @returns {Mark[]} */
  marksOf(still) {
    return [...this.marks.values()].filter((mark) => mark.still_id === still);
  }

  /** Takes in a frame; false when it changes nothing here. @param {Frame} frame @returns {boolean} */
  apply(frame) {
    const change = CHANGES[frame.type];
    change?.(this, frame);
    return change !== undefined;
  }
}

/** @type {Record<string, (state: RoomState, frame: Frame) => void>} */
const CHANGES = {
  welcome(state, frame) {
    state.me = frame["peer"];
    state.you = frame["you"];
  },
  joined(state, frame) {
    state.participants = frame["participants"];
    state.streams = frame["streams"];
    state.freeze = frame["freeze"];
    state.stills = byId(frame["stills"]);
    state.messages = byId(frame["messages"]);
    state.ink.clear();
    state.pointers.clear();
    show(state, frame);
  },
  participants(state, frame) {
    state.participants = frame["participants"];
    for (const peer of state.pointers.keys()) if (!state.participant(peer)?.here) state.pointers.delete(peer);
  },
  streams(state, frame) {
    state.streams = frame["streams"];
  },
  freeze_request(state, frame) {
    state.freeze ??= { freeze_id: frame["freeze_id"], to: frame["to"], state: "asked" };
  },
  frozen(state, frame) {
    const freeze = state.freeze;
    if (freeze && freeze.freeze_id === frame["freeze_id"]) state.freeze = { ...freeze, state: "held" };
  },
  freeze_failed(state, frame) {
    if (state.freeze?.freeze_id === frame["freeze_id"]) state.freeze = null;
  },
  still_added(state, frame) {
    state.stills.set(frame["still"].id, frame["still"]);
  },
  still_removed(state, frame) {
    const gone = frame["still_id"];
    state.stills.delete(gone);
    for (const mark of state.marksOf(gone)) state.marks.delete(mark.id);
    if (state.shown?.id === gone) state.shown = null;
  },
  still_shown(state, frame) {
    state.freeze = null;
    show(state, frame);
  },
  mark_added(state, frame) {
    const mark = frame["mark"];
    state.marks.set(mark.id, mark);
    state.ink.delete(mark.client_id);
  },
  mark_undone(state, frame) {
    state.marks.delete(frame["mark_id"]);
  },
  chat_added(state, frame) {
    state.messages.set(frame["message"].id, frame["message"]);
  },
  media_state(state, frame) {
    const { type: _type, peer, ...device } = frame;
    alter(state, peer, { media_state: /** @type {any} */ (device) });
  },
  rung(state, frame) {
    alter(state, frame["peer"], { rung: frame["rung"] });
  },
  quality(state, frame) {
    state.levels.set(frame["peer"], frame["level"]);
  },
  ink(state, frame) {
    const known = state.ink.get(frame["client_id"]);
    const points = [...(known?.points ?? []).slice(0, frame["from"]), ...frame["points"]];
    state.ink.set(frame["client_id"], { .../** @type {any} */ (frame), points, at: Date.now() });
  },
  pointer(state, frame) {
    if (frame["x"] === null) state.pointers.delete(frame["peer"]);
    else state.pointers.set(frame["peer"], { still_id: frame["still_id"] ?? null, picture_of: frame["picture_of"] ?? null, x: frame["x"], y: frame["y"] });
  },
};

/** @param {RoomState} state @param {Frame} frame */
function show(state, frame) {
  state.shown = frame["still"] ?? frame["shown"] ?? null;
  const still = state.shown;
  if (!still) return;
  state.stills.set(still.id, still);
  for (const mark of state.marksOf(still.id)) state.marks.delete(mark.id);
  for (const mark of frame["marks"]) state.marks.set(mark.id, mark);
}

/** @param {RoomState} state @param {string} peer @param {Partial<Participant>} change */
function alter(state, peer, change) {
  state.participants = state.participants.map((one) => (one.peer === peer ? { ...one, ...change } : one));
}

/** @template {{id: string}} T @param {T[]} list @returns {Map<string, T>} */
function byId(list) {
  return new Map(list.map((one) => [one.id, one]));
}
