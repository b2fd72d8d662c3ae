// Texts and numbers in the reader's language. A key is `<area>.<name>`, its area a file
// `locales/<language>/<area>.json`. Plurals: `<key>.one`, `<key>.other`, chosen by `Intl.PluralRules`.

/** @typedef {Record<string, string>} Texts */
/** @typedef {Record<string, unknown>} Params */
/** @typedef {(language: string, area: string) => Promise<Texts>} Loader */

/** With a space between a number and its unit, as our Chinese texts have it and the browser only in some. @param {string} measure */
export function apart(measure) {
  return measure.replace(/(\d)(\p{Script=Han})/gu, "$1 $2");
}

export class I18n extends EventTarget {
  /** @param {Loader} load @param {readonly string[]} areas */
  constructor(load, areas) {
    super();
    this.load = load;
    this.areas = [...areas];
    this.language = this.asked = "en";
    /** Where times are told: the utility's zone; empty: this device's. */
    this.timezone = "";
    /** @type {Record<string, Texts>} */
    this.texts = {};
  }

  /** Written form: the pseudo-locale is English underneath. */
  get locale() {
    return this.language === "pseudo" ? "en" : this.language;
  }

  /** Loads a language's areas, then switches, unless another was asked for meanwhile; until then the old texts stay. @param {string} language */
  async use(language) {
    this.asked = language;
    const written = language === "pseudo" ? "en" : language;
    let areas, loaded;
    do { // again when an area has come meanwhile
      areas = [...this.areas];
      loaded = await Promise.all(areas.map((area) => this.load(written, area)));
      if (this.asked !== language) return;
    } while (areas.length < this.areas.length);
    this.texts = Object.fromEntries(areas.map((area, index) => [area, loaded?.[index] ?? {}]));
    this.language = language;
    this.dispatchEvent(new Event("change"));
  }

  /** One area more, for what is shown only now. @param {string} area */
  async add(area) {
    if (this.areas.includes(area)) return;
    let locale, texts;
    do { // again when the language has changed meanwhile
      locale = this.locale;
      texts = await this.load(locale, area);
    } while (locale !== this.locale);
    if (this.areas.includes(area)) return;
    this.texts[area] = texts;
    this.areas.push(area);
  }

  /** @param {string} key */
  has(key) {
    return this.find(key) !== undefined;
  }

  /** @param {string} key @param {Params} [params] `count` chooses the plural form @returns {string} */
  t(key, params = {}) {
    let text;
    if (typeof params["count"] === "number") {
      const form = new Intl.PluralRules(this.locale).select(params["count"]);
      text = this.find(`${key}.${form}`) ?? this.find(`${key}.other`);
    }
    text ??= this.find(key);
    if (text === undefined) return key;
    if (this.language === "pseudo") text = stretch(text);
    return text.replace(/\{(\w+)\}/g, (_, name) => {
      const value = params[name];
      return typeof value === "number" ? this.number(value) : String(value ?? "");
    });
  }

  /** The words for a code: of what anybody may meet, or (`refusals`) staff alone. @param {string} code @param {Params} [params] @returns {string | undefined} */
  coded(code, params) {
    const key = [`errors.${code}`, `refusals.${code}`].find((each) => this.has(each));
    return key && this.t(key, params);
  }

  /** The text of an error, by its code; the server's own words where the code is not known here. @param {unknown} error */
  error(error) {
    const known = /** @type {{code?: string, message?: string, params?: Params}} */ (error ?? {});
    const code = known.code ?? "internal";
    const said = this.coded(code, known.params) ?? (this.has(`common.error.${code}`) ? this.t(`common.error.${code}`, known.params) : undefined);
    if (said !== undefined) return said;
    return known.code && known.message && known.message !== code ? known.message : this.t("common.error.internal");
  }

  /** @param {number} value @param {Intl.NumberFormatOptions} [options] */
  number(value, options) {
    return new Intl.NumberFormat(this.locale, options).format(value);
  }

  /** @param {string | Date} value @param {Intl.DateTimeFormatOptions} [options] default: hours and minutes */
  time(value, options = { hour: "2-digit", minute: "2-digit" }) {
    return new Intl.DateTimeFormat(this.locale, { hourCycle: "h23", ...(this.timezone && { timeZone: this.timezone }), ...options }).format(new Date(value));
  }

  /** @param {string | Date} value */
  date(value) {
    return this.time(value, { year: "numeric", month: "short", day: "numeric", weekday: "short" });
  }

  /** “3 minutes ago”, “in 2 hours”. @param {string | Date} value @param {Date} now */
  relative(value, now) {
    const seconds = (new Date(value).getTime() - now.getTime()) / 1000;
    const format = new Intl.RelativeTimeFormat(this.locale, { numeric: "auto" });
    const say = (/** @type {number} */ count, /** @type {Intl.RelativeTimeFormatUnit} */ unit) => apart(format.format(Math.round(count), unit));
    if (Math.abs(seconds) < 50) return say(Math.round(seconds / 10) * 10, "second");
    if (Math.abs(seconds) < 3000) return say(seconds / 60, "minute");
    if (Math.abs(seconds) < 72_000) return say(seconds / 3600, "hour");
    return say(seconds / 86_400, "day");
  }

  /** @param {string[]} words @param {"conjunction" | "disjunction"} [type] */
  list(words, type = "conjunction") {
    return new Intl.ListFormat(this.locale, { type }).format(words);
  }

  /** @param {string} key @returns {string | undefined} */
  find(key) {
    const dot = key.indexOf(".");
    return this.texts[key.slice(0, dot)]?.[key.slice(dot + 1)];
  }
}

const ACCENTS = /** @type {Record<string, string>} */ ({
  a: "á", e: "é", i: "í", o: "ó", u: "ú", y: "ý", c: "ç", n: "ñ", A: "Á", E: "É", I: "Í", O: "Ó", U: "Ú", C: "Ç", N: "Ñ",
});

/** A text 40 % longer and visibly translated, its `{names}` untouched. @param {string} text */
export function stretch(text) {
  const parts = text.split(/(\{\w+\})/);
  const accented = parts.map((part, i) => (i % 2 ? part : part.replace(/[a-zA-Z]/g, (c) => ACCENTS[c] ?? c))).join("");
  return `⟦${accented}${" ~".repeat(Math.ceil((text.length * 0.4) / 2))}⟧`;
}
