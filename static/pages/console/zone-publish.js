// When zones become the ones: at once, or at a moment by the clocks of the utility's place.

import { atWallTime, wallTime } from "lib/time.js";
import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { field, segmented } from "parts/field.js";
import { i18n } from "parts/words.js";

/** @param {(validFrom: string) => Promise<void>} act @param {() => void} here */
export function publishing(act, here) {
  let when = "now";
  const tomorrow = `${wallTime(new Date(Date.now() + 86_400_000), i18n.timezone).slice(0, 10)}T00:00`;
  const at = field({ t: "console.road.valid_from", name: "valid-from", type: "datetime-local", value: tomorrow, hint: "console.road.valid_from.hint" });
  at.hidden = true;
  const take = button({ t: "console.import.apply", kind: "primary", icon: "check", action: async () => {
    here();
    const moment = when === "later" ? atWallTime(at.control.value, i18n.timezone) : null;
    if (when === "later" && (!moment || Number.isNaN(moment.getTime()) || moment.getTime() <= Date.now())) {
      at.fault("console.road.valid_from.past");
      at.control.focus();
      return;
    }
    await act(moment ? moment.toISOString() : "");
  } });
  const publish = h("section", { class: "stack" },
    h("h3", { t: "console.road.publish" }),
    segmented({ name: "publish-when", label: "console.road.when", value: when, options: [{ value: "now", t: "console.road.now" }, { value: "later", t: "console.road.later" }], change: (value) => {
      when = value;
      at.hidden = when === "now";
    } }),
    at, take);
  return { publish, button: take };
}
