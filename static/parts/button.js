// Buttons. States: default, hover, focus, pressed (`aria-pressed`), disabled, busy (`aria-busy`), error (`data-state`).

import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";

/**
 * @typedef {{t?: string, params?: object, text?: string, icon?: string, kind?: "primary" | "quiet" | "danger" | "hold",
 *   size?: "main" | "icon", label?: string, pressed?: boolean, disabled?: boolean, key?: string, type?: string,
 *   data?: Record<string, unknown>, action?: (event: Event) => unknown, [attribute: string]: unknown}} ButtonProps
 */

/**
 * `action` may return a promise: the button is busy until it settles, and cannot be pressed twice.
 * `key` is a keyboard shortcut shown on it (the page listens). `kind: "hold"` acts after one second of holding.
 * @param {ButtonProps} props
 */
export function button({ t, params, text, icon: name, kind, size, label, pressed, action, key, type, data, ...rest }) {
  const element = h(
    "button",
    {
      class: "button", type: type ?? "button", label, "aria-pressed": pressed === undefined ? null : String(pressed),
      "aria-keyshortcuts": key, ...rest, data: { ...data, kind, size },
    },
    name && icon(name),
    t ? h("span", { t, params }) : text,
    key && h("kbd", { "aria-hidden": "true" }, key),
  );
  if (action && kind === "hold") hold(element, () => run(element, action));
  else if (action) element.addEventListener("click", (event) => void run(element, action, event));
  return element;
}

/** @param {HTMLButtonElement} element @param {(event: Event) => unknown} action @param {Event} [event] */
export async function run(element, action, event = new Event("click")) {
  if (element.getAttribute("aria-busy") === "true" || element.getAttribute("aria-disabled") === "true") return;
  const outcome = action(event);
  if (!(outcome instanceof Promise)) return;
  element.setAttribute("aria-busy", "true");
  try {
    await outcome;
    delete element.dataset["state"];
  } catch (error) {
    element.dataset["state"] = "error";
    element.dispatchEvent(new CustomEvent("fault", { bubbles: true, detail: error }));
  } finally {
    element.removeAttribute("aria-busy");
  }
}

/** Work that asks something first: not busy while the question stands, its failure still told. @param {EventTarget | null} element @param {() => Promise<unknown>} work */
export function attempt(element, work) {
  work().catch((error) => element?.dispatchEvent(new CustomEvent("fault", { bubbles: true, detail: error })));
}

/** @param {HTMLButtonElement} element @param {() => void} act */
function hold(element, act) {
  let started = 0;
  const stop = () => {
    started = 0;
    element.style.setProperty("--held", "0");
  };
  const step = () => {
    if (!started) return;
    const part = (performance.now() - started) / 1000;
    element.style.setProperty("--held", String(Math.min(part, 1)));
    if (part < 1) requestAnimationFrame(step);
    else {
      stop();
      act();
    }
  };
  const start = () => {
    if (started) return;
    started = performance.now();
    step();
  };
  element.addEventListener("pointerdown", start);
  for (const type of ["pointerup", "pointerleave", "pointercancel", "keyup", "blur"]) element.addEventListener(type, stop);
  element.addEventListener("keydown", (event) => {
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      start();
    }
  });
}
