// Elements without markup strings: what a person typed can never become markup.

import { write } from "parts/words.js";

/** @typedef {Node | string | number | null | undefined | false | readonly any[]} Child lists hold further children */
/**
 * `t` is the key of the text, `params` fill it; `label`, `placeholder`, `title` are keys as well (`ariaLabel`, … take
 * plain text). `on` holds listeners, `data` data attributes. `true` is an empty attribute, `false` and null none.
 * @typedef {{t?: string, params?: object, label?: string, placeholder?: string, title?: string, text?: string | number, class?: string,
 *   on?: Record<string, (event: any) => void>, data?: Record<string, string | number | boolean | null | undefined>,
 *   [attribute: string]: unknown}} Props
 */

const PROPERTIES = new Set(["value", "checked", "srcObject", "muted", "indeterminate"]);
const KEYS = /** @type {const} */ ({ t: "t", label: "tLabel", placeholder: "tPlaceholder", title: "tTitle" });

/**
 * @typedef {{
 *   <K extends keyof HTMLElementTagNameMap>(tag: K, props?: Props | null, ...children: Child[]): HTMLElementTagNameMap[K],
 *   (tag: string, props?: Props | null, ...children: Child[]): HTMLElement}} Make
 */

/** An element. Children may be nested lists; null, undefined, false and "" are left out. */
export const h = /** @type {Make} */ (
  (/** @type {string} */ tag, /** @type {Props | null | undefined} */ props, /** @type {Child[]} */ ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(props ?? {})) set(element, name, value);
    write(element);
    element.append(...flat(children));
    return element;
  }
);

/** @param {HTMLElement} element @param {string} name @param {any} value */
function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name in KEYS) element.dataset[KEYS[/** @type {keyof typeof KEYS} */ (name)]] = value;
  else if (name === "params") element.dataset["tParams"] = JSON.stringify(value);
  else if (name === "text") element.textContent = value;
  else if (name === "class") element.className = value;
  else if (name === "ariaLabel") element.setAttribute("aria-label", value);
  else if (name === "on") for (const [type, listener] of Object.entries(value)) element.addEventListener(type, /** @type {EventListener} */ (listener));
  else if (name === "data") for (const [key, part] of Object.entries(value)) setData(element, key, part);
  else if (PROPERTIES.has(name)) /** @type {any} */ (element)[name] = value;
  else element.setAttribute(name, value === true ? "" : String(value));
}

/** A data attribute, absent for null and false. @param {HTMLElement} element @param {string} key @param {unknown} value */
export function setData(element, key, value) {
  if (value === null || value === undefined || value === false) delete element.dataset[key];
  else element.dataset[key] = value === true ? "" : String(value);
}

/** @param {readonly Child[]} children @returns {(Node | string)[]} */
function flat(children) {
  return children.flatMap((child) => {
    if (child === null || child === undefined || child === false || child === "") return [];
    if (typeof child === "object" && !(child instanceof Node)) return flat(child);
    return [child instanceof Node ? child : String(child)];
  });
}

/** A picture out of one of our own sprites. @param {string} name a symbol of `icons/art.svg` @param {string} [viewBox] */
export function art(name, viewBox = "0 0 160 100") {
  return svgUse(`${import.meta.resolve("icons/art.svg")}#${name}`, viewBox);
}

/** @param {string} href @param {string} viewBox */
export function svgUse(href, viewBox) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", viewBox);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", href);
  svg.append(use);
  return svg;
}

/** Waits until `type` is dispatched once. @param {EventTarget} target @param {string} type @returns {Promise<Event>} */
export function once(target, type) {
  return new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));
}
