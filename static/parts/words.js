// The page's texts, for every part. `startPage` fills them before the first part is shown.

import { I18n } from "lib/i18n.js";

/** @param {string} language @param {string} area @returns {Promise<Record<string, string>>} */
async function load(language, area) {
  const response = await fetch(import.meta.resolve(`locales/${language}/${area}.json`));
  return response.ok ? response.json() : {};
}

export const i18n = new I18n(load, []);

/** @param {string} key @param {Record<string, unknown>} [params] */
export function t(key, params) {
  return i18n.t(key, params);
}

/** A person by the name that the reader's script has for them. @param {{name: string, name_en?: string}} person */
export function nameOf({ name, name_en }) {
  return i18n.locale === "en" ? name_en || name : name;
}

/** What makes an element say a person's name, in whichever language is chosen. @param {{name: string, name_en?: string}} person */
export function naming({ name, name_en }) {
  return { data: { name, nameEn: name_en ?? "" } };
}

const PLACES = /** @type {const} */ ([
  ["tLabel", "aria-label"],
  ["tPlaceholder", "placeholder"],
  ["tTitle", "title"],
]);

/** Writes the texts of everything below `root` that was made with a key; called again when the language changes. @param {ParentNode} root */
export function localise(root) {
  for (const element of root.querySelectorAll("[data-t], [data-t-label], [data-t-placeholder], [data-t-title], [data-name-en]")) {
    write(/** @type {HTMLElement} */ (element));
  }
}

/** @param {HTMLElement} element */
export function write(element) {
  const { dataset } = element;
  const params = dataset["tParams"] ? JSON.parse(dataset["tParams"]) : {};
  if (dataset["t"]) element.textContent = t(dataset["t"], params);
  if (dataset["nameEn"] !== undefined) element.textContent = nameOf({ name: dataset["name"] ?? "", name_en: dataset["nameEn"] });
  for (const [name, attribute] of PLACES) {
    const key = dataset[name];
    if (key) element.setAttribute(attribute, t(key, params));
  }
}
