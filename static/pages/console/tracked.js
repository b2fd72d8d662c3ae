// Shapes on a map that live as long as what they stand for: made once, then only moved and coloured.

import { h } from "parts/dom.js";

/**
 * @template T
 * @typedef {{id: (thing: T) => string, style: (thing: T) => Record<string, unknown>, says: (thing: T) => string,
 *   place?: (thing: T) => [number | null, number | null], sticky?: boolean}} Look `place`: latitude, longitude
 */

/** @template T */
export class Tracked {
  /** @param {any} map Leaflet's @param {(thing: T) => any} make a shape, not yet on the map */
  constructor(map, make) {
    this.map = map;
    this.make = make;
    /** @type {Map<string, {shape: any, thing: T, look: string, fill: unknown, at: string}>} */
    this.known = new Map();
  }

  get size() {
    return this.known.size;
  }

  get layers() {
    return [...this.known.values()].map(({ shape }) => shape);
  }

  /** These and no others. @param {T[]} things @param {Look<T>} look */
  keep(things, { id, style, says, place, sticky = false }) {
    const gone = new Set(this.known.keys());
    for (const thing of things) {
      const key = id(thing);
      gone.delete(key);
      let entry = this.known.get(key);
      const fresh = !entry;
      if (!entry) {
        const shape = this.make(thing);
        entry = { shape, thing, look: "", fill: null, at: "" };
        const held = entry;
        // An element, never a string: what a person typed must not become markup.
        shape.bindTooltip(() => h("span", { text: says(held.thing) }), { sticky });
        this.known.set(key, entry);
      }
      entry.thing = thing;
      const wanted = style(thing);
      const look = JSON.stringify(wanted);
      if (look !== entry.look || wanted["fillColor"] !== entry.fill) {
        entry.shape.setStyle(wanted);
        if (!fresh && wanted["radius"] !== undefined) entry.shape.setRadius(wanted["radius"]);
        [entry.look, entry.fill] = [look, wanted["fillColor"]];
      }
      const at = place ? place(thing).join() : "";
      if (place && at !== entry.at) entry.shape.setLatLng(place(thing));
      entry.at = at;
      if (fresh) entry.shape.addTo(this.map);
    }
    for (const key of gone) {
      this.known.get(key)?.shape.remove();
      this.known.delete(key);
    }
  }
}
