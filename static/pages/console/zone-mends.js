// What would mend a fault: nothing is done until a person has picked it, and each is told with its area before and after.

import { h } from "parts/dom.js";
import { i18n, t } from "parts/words.js";

/** @typedef {import("pages/console/import-report.js").Told} Told */
/** @typedef {import("pages/console/import-report.js").Mend} Mend */

let made = 0;

export class Picks {
  constructor() {
    /** @type {Set<string>} those of readings before this one */
    this.chosen = new Set();
  }

  get size() {
    return this.chosen.size;
  }

  all() {
    return [...this.chosen];
  }

  clear() {
    this.chosen.clear();
  }

  /** One of those of a fault, or none of them. @param {Mend[]} mends @param {string} id */
  pick(mends, id) {
    for (const each of mends) this.chosen.delete(each.id);
    if (id) this.chosen.add(id);
  }

  /** Of every fault the one that is offered first. @param {Told[]} offered @param {HTMLElement} list where they stand */
  first(offered, list) {
    for (const { params } of offered) this.pick(params["mends"], params["mends"][0].id);
    for (const group of list.querySelectorAll("fieldset.console-mends")) {
      const [, first] = group.querySelectorAll("input");
      if (first) first.checked = true;
    }
  }
}

/** The choice of a mend. @param {Told} told @param {Picks} picks @param {(mend: Mend | null) => void} preview */
export function mendsOf({ params }, picks, preview) {
  const mends = /** @type {Mend[]} */ (params?.["mends"] ?? []);
  if (!mends.length) return null;
  made += 1;
  const name = `mend-${made}`;
  const choice = (/** @type {Mend | null} */ mend) => h("label", { class: "tick-line" },
    h("input", {
      type: "radio", name, value: mend?.id ?? "", checked: mend ? picks.chosen.has(mend.id) : !mends.some(({ id }) => picks.chosen.has(id)),
      on: { change: () => { picks.pick(mends, mend?.id ?? ""); preview(mend); } },
    }),
    h("span", { text: mend ? words(mend) : t("console.mend.none") }));
  return h("fieldset", { class: "console-mends" }, h("legend", { t: "console.road.mends" }), choice(null), mends.map(choice));
}

/** @param {Mend} mend */
function words({ kind, code = "", other = "", before_m2: before, after_m2: after }) {
  const said = t(`console.mend.${kind}`, { code, other });
  const area = (/** @type {number} */ m2) => i18n.number(m2);
  if (after === undefined) return said;
  return before === undefined ? t("console.mend.after", { mend: said, after: area(after) }) : t("console.mend.areas", { mend: said, before: area(before), after: area(after) });
}
