// A phone number, +86 first: the country, and the number as people write it. `value()` is E.164-like or empty; the
// server has the last word on whether it can be called.

import { h } from "parts/dom.js";
import { field } from "parts/field.js";
import { i18n } from "parts/words.js";

const CODES = /** @type {[string, string][]} */ ([
  ["CN", "86"], ["HK", "852"], ["MO", "853"], ["TW", "886"], ["SG", "65"], ["MY", "60"], ["JP", "81"], ["KR", "82"], ["TH", "66"], ["VN", "84"], ["ID", "62"],
  ["PH", "63"], ["IN", "91"], ["AU", "61"], ["NZ", "64"], ["GB", "44"], ["IE", "353"], ["FR", "33"], ["MC", "377"], ["DE", "49"], ["IT", "39"], ["ES", "34"],
  ["PT", "351"], ["NL", "31"], ["CH", "41"], ["AT", "43"], ["SE", "46"], ["PL", "48"], ["RU", "7"], ["US", "1"], ["BR", "55"], ["ZA", "27"], ["AE", "971"],
]);

/** @param {{value?: string, region?: string, t: string, hint?: string, optional?: boolean}} props `value` in E.164 */
export function phoneField({ value = "", region = "CN", t: key, hint, optional }) {
  const known = [...CODES].sort((a, b) => b[1].length - a[1].length).find(([, code]) => value.startsWith(`+${code}`));
  const [home] = known ?? CODES.find(([name]) => name === region) ?? /** @type {[string, string]} */ (CODES[0]);
  const names = new Intl.DisplayNames(i18n.locale, { type: "region" });
  const country = h("select", { class: "input", label: "common.phone.country", autocomplete: "tel-country-code" },
    CODES.map(([name, code]) => h("option", { value: code, text: `+${code} ${names.of(name)}`, selected: name === home })));
  const number = h("input", { class: "input number", type: "tel", inputmode: "tel", autocomplete: "tel-national", maxlength: 24, value: known ? value.slice(known[1].length + 1) : value });
  const element = field({ t: key, name: "phone", hint, optional, input: number });
  const joined = h("div", { class: "joined" }, country, h("div", { class: "grow" }));
  number.replaceWith(joined);
  joined.lastElementChild?.append(number);

  return Object.assign(element, {
    /** @returns {string | null} null when it cannot be right, and the fault is shown */
    value() {
      const digits = number.value.normalize("NFKC").replace(/[\s().\-–]/g, "");
      element.fault(null);
      if (!digits) return "";
      const full = digits.startsWith("+") ? digits : digits.startsWith("00") ? `+${digits.slice(2)}` : `+${country.value}${digits.replace(/^0/, "")}`;
      if (/^\+\d{7,15}$/.test(full)) return full;
      element.fault("common.phone.invalid");
      number.focus();
      return null;
    },
  });
}
