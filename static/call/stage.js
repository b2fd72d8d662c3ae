// What both ends of a call look at: the live picture, or the still with its marks; pointers on either; and a zoom, which is
// each person's own.

import { livePointer } from "call/live-pointer.js";
import { h } from "parts/dom.js";
import "parts/ink.js";
import { t } from "parts/words.js";
import { Zoom } from "parts/zoom.js";

/** @typedef {import("call/connection.js").Connection} Connection */
/** @typedef {import("parts/ink.js").Ink} Ink */
/** @typedef {import("parts/ink.js").Mark} Mark */
/** @typedef {{id: string, url: string, width: number, height: number}} Shown a still; without an id, one that is held and not stored yet */
/**
 * @typedef {{
 *   role: import("lib/room-types.js").Role, video: HTMLVideoElement, layers?: HTMLElement[], shown: () => Shown | null, marks: (still: string) => Mark[],
 *   src: (still: Shown) => string, alt: string, draw: (still: string, mark: any) => Promise<unknown>, liveOf: () => string, mirrored?: () => boolean,
 *   zoomsLive?: boolean, fault: (error: unknown) => void, signal: AbortSignal}} StageOptions
 *   `video` shows the live picture of the peer `liveOf`; `layers` lie over it; `alt` is a key; `draw` stores a mark
 */

/** @param {string} name of its class @param {StageOptions} options */
export function callStage(name, options) {
  const { role, video, layers = [], shown, marks, src, alt, draw: store, liveOf, mirrored = () => false, zoomsLive = false, fault, signal } = options;
  const ink = /** @type {Ink} */ (h("cs-ink", { "role-name": role, hidden: true }));
  const pointer = livePointer({ video, role, mirrored, point: (at) => connection?.passing("pointer", { picture_of: liveOf(), ...at }), may: () => liveOf() !== "" });
  const element = h("div", { class: `stage ${name}` }, video, layers, pointer.element, ink);
  const zoom = new Zoom(element, zoomsLive ? [video, ...layers, pointer.element, ink] : [ink], {
    active: () => !ink.hidden || zoomsLive,
    drags: () => (ink.hidden ? true : ["", "pointer"].includes(ink.tool)),
    second: () => ink.drop(),
    signal,
  });
  /** @type {Connection | null} */
  let connection = null;
  let shownId = "";

  ink.addEventListener("ink", (event) => shownId && connection?.passing("ink", { still_id: shownId, .../** @type {CustomEvent} */ (event).detail }));
  ink.addEventListener("point", (event) => shownId && connection?.passing("pointer", { still_id: shownId, .../** @type {CustomEvent} */ (event).detail }));
  ink.addEventListener("mark", (event) => {
    const mark = /** @type {CustomEvent} */ (event).detail;
    store(shownId, mark).catch((error) => {
      ink.removeMark(mark.client_id);
      fault(error);
    });
  });

  /** @param {Connection} call */
  const follow = (call) => {
    connection = call;
    call.addEventListener("ink", (event) => {
      const part = /** @type {CustomEvent} */ (event).detail;
      if (part.still_id === shownId) ink.stroke(part);
    }, { signal });
    call.addEventListener("pointer", (event) => {
      const { peer, still_id, picture_of, x, y, role: whose } = /** @type {CustomEvent} */ (event).detail;
      if (still_id && still_id === shownId) ink.pointAt(peer, x, y, whose);
      if (picture_of && picture_of === liveOf()) pointer.pointAt(peer, x, y, whose);
    }, { signal });
  };

  const draw = () => {
    const still = shown();
    const id = still?.id ?? "";
    if (ink.hidden !== !still || id !== shownId) zoom.reset();
    shownId = id;
    ink.hidden = !still;
    pointer.element.hidden = Boolean(still);
    if (!still) return ink.removeAttribute("src");
    const address = still.id ? src(still) : still.url;
    if (ink.getAttribute("src") !== address) {
      ink.setAttribute("src", address);
      ink.setAttribute("alt", t(alt));
    }
    return ink.setMarks(still.id ? marks(still.id) : []);
  };
  return { element, ink, pointer, zoom, follow, draw };
}
