// Outlines of zones as they come over the wire: steps from corner to corner, turned into GeoJSON (RFC 7946 §3.1.7).

/** @param {{scale: number, zones: Record<string, number[][][]>}} read @returns {Record<string, any>} by code */
export function outlines({ scale, zones: drawn }) {
  return Object.fromEntries(Object.entries(drawn).map(([code, polygons]) =>
    [code, { type: "MultiPolygon", coordinates: polygons.map((polygon) => polygon.map((ring) => corners(ring, scale))) }]));
}

/** @param {number[]} steps @param {number} scale */
function corners(steps, scale) {
  let [x, y] = [0, 0];
  const places = [];
  for (let at = 0; at < steps.length; at += 2) {
    x += steps[at] ?? 0;
    y += steps[at + 1] ?? 0;
    places.push([x / scale, y / scale]);
  }
  return [...places, places[0]];
}
