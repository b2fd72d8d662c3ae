// The pictures of the guide: symbols `g-…` of `icons/art.svg`. A step names one; a name without a picture shows that
// of its trouble.

import { art } from "parts/dom.js";

const DRAWN = new Set([
  "angle_valve",
  "ask_neighbour",
  "burst_or_drip",
  "cistern_seal",
  "clean_aerator",
  "clock",
  "close_stopcock",
  "close_taps",
  "compare_taps",
  "do_not_drink",
  "dry_joint",
  "eighth_turn",
  "glass_clears",
  "glass_white_paper",
  "joint_or_pipe",
  "keep_away_burst",
  "keep_away_electric",
  "kitchen_tap",
  "look_for_water",
  "measure_bottle",
  "meter_star",
  "open_stopcock",
  "prepaid_meter",
  "quarter_turn",
  "rinse_filter",
  "run_tap",
  "smell_water",
  "stop_hand",
  "street_burst",
  "tell_us",
  "toilet_paper_test",
  "try_taps",
  "two_glasses",
  "watch_leak",
  "watch_towel",
  "water_near_socket",
  "wet_wall_socket",
]);

/** @param {string} name @param {string} [category] */
export function guideArt(name, category = "other") {
  return art(DRAWN.has(name) ? `g-${name}` : `cat-${category}`);
}
