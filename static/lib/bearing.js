// From one point of the earth to another: how far, and which way. Pure. Degrees WGS-84, metres.

const EARTH_M = 6_371_008.8;
/** @typedef {{lon: number, lat: number}} Point */

/** Great-circle distance (haversine). @param {Point} from @param {Point} to */
export function metresTo(from, to) {
  const half = Math.sin((radians(to.lat) - radians(from.lat)) / 2) ** 2 +
    Math.cos(radians(from.lat)) * Math.cos(radians(to.lat)) * Math.sin((radians(to.lon) - radians(from.lon)) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(half)));
}

/** The initial bearing, clockwise from north, 0–360. @param {Point} from @param {Point} to */
export function bearingTo(from, to) {
  const [lat1, lat2, along] = [radians(from.lat), radians(to.lat), radians(to.lon - from.lon)];
  const y = Math.sin(along) * Math.cos(lat2);
  const x = Math.cos(lat1) * Math.sin(lat2) - Math.sin(lat1) * Math.cos(lat2) * Math.cos(along);
  return turn((Math.atan2(y, x) * 180) / Math.PI);
}

/** Which of eight directions it is for whoever looks that way: 0 straight ahead, 2 right, 4 behind. @param {number} bearing @param {number} heading */
export function directionOf(bearing, heading) {
  return Math.round(turn(bearing - heading) / 45) % 8;
}

/**
 * Where the top of the phone points, clockwise from north; null where it cannot say. Android tells `alpha` against it, absolute;
 * iOS has a compass of its own. @param {{webkitCompassHeading?: number, alpha?: number | null, absolute?: boolean}} event @param {number} [turned] how far the screen is
 */
export function headingOf(event, turned = 0) {
  if (typeof event.webkitCompassHeading === "number" && event.webkitCompassHeading >= 0) return turn(event.webkitCompassHeading + turned);
  if (event.absolute && typeof event.alpha === "number") return turn(360 - event.alpha + turned);
  return null;
}

/** @param {number} degrees 0–360 */
export function turn(degrees) {
  return ((degrees % 360) + 360) % 360;
}

/** @param {number} degrees */
function radians(degrees) {
  return (degrees * Math.PI) / 180;
}
