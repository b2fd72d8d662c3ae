// `<cs-language>` and `<cs-theme>`: the reader's language and the page's light, remembered on this device.

import { remember, setTheme, theme, THEMES } from "lib/theme.js";
import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";
import { i18n, localise } from "parts/words.js";

const OWN_NAMES = { "zh-Hans": "简体中文", "zh-Hant": "繁體中文", en: "English", pseudo: "⟦Pseudo⟧" };
const SHORT = { "zh-Hans": "简", "zh-Hant": "繁", en: "EN", pseudo: "~" };

/** Loads a language and writes every text on the page in it. @param {string} language */
export async function switchLanguage(language) {
  await i18n.use(language);
  remember("curbstop-language", i18n.language);
  document.documentElement.lang = i18n.locale;
  localise(document);
}

/**
 * A choice that takes little room: an icon, perhaps a short word, and the device's own list behind it.
 * @param {{icon: string, label: string, short?: string}} face @param {HTMLOptionElement[]} options @param {(value: string) => void} choose
 */
function compact(face, options, choose) {
  return h(
    "label", { class: "button pick", data: { kind: "quiet" } },
    icon(face.icon), face.short && h("span", { "aria-hidden": "true", text: face.short }),
    h("select", { label: face.label, title: face.label, on: { change: (event) => choose(event.target.value) } }, options),
  );
}

class LanguageSwitch extends HTMLElement {
  connectedCallback() {
    const names = Object.entries(OWN_NAMES).filter(([name]) => name !== "pseudo" || i18n.language === "pseudo");
    const options = names.map(([value, text]) => h("option", { value, lang: value, text, selected: value === i18n.language }));
    const short = SHORT[/** @type {keyof typeof SHORT} */ (i18n.language)];
    this.replaceChildren(compact({ icon: "language", label: "common.language", short }, options, (value) => this.choose(value)));
  }

  /** @param {string} language */
  async choose(language) {
    await switchLanguage(language);
    this.connectedCallback();
    this.querySelector("select")?.focus();
    this.dispatchEvent(new CustomEvent("language", { bubbles: true, detail: language }));
  }
}

class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    const options = THEMES.map((value) => h("option", { value, t: `common.theme.${value}`, selected: value === theme() }));
    this.replaceChildren(compact({ icon: "theme", label: "common.theme" }, options, (value) => setTheme(/** @type {import("lib/theme.js").Theme} */ (value))));
  }
}

customElements.define("cs-language", LanguageSwitch);
customElements.define("cs-theme", ThemeSwitch);
