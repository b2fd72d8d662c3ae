// Everything the desk does by key. A part says what it answers to (`on`), and only what can be done now answers; typing
// in a field is never a command. Single letters can be turned off (WCAG 2.2, 2.1.4).

const OFF = "curbstop-desk-keys";

/** Action → key, in the order of the help. */
export const MAP = /** @type {const} */ ({
  accept: "A", freeze: "F", live: "Esc", pointer: "1", pen: "2", arrow: "3", box: "4", text: "5", undo: "Ctrl Z", previous: "[", next: "]",
  closer: "+", farther: "-", whole: "0", torch: "T", photo: "P", mute: "M", microphone: "D", chat: "C", answers: "K", case: "I", end: "E", back: "R", finish: "Ctrl Enter", queue: "Q", search: "/", invite: "N", help: "?",
});

/** @typedef {keyof typeof MAP} Action */

export const GROUPS = /** @type {const} */ ([
  ["queue", ["accept", "queue", "search", "invite", "help"]],
  ["picture", ["freeze", "live", "previous", "next", "closer", "farther", "whole", "torch", "photo"]],
  ["marks", ["pointer", "pen", "arrow", "box", "text", "undo"]],
  ["talk", ["mute", "microphone", "chat", "answers", "case", "end", "back", "finish"]],
]);

/** Work with a field open as well. */
const ALWAYS = new Set(["finish"]);

export class Keys {
  constructor() {
    /** @type {Map<string, Set<() => unknown>>} */
    this.answers = new Map();
    // In the capture phase: the still's own keys must not swallow Escape while nothing is being drawn.
    addEventListener("keydown", (event) => this.pressed(event), { capture: true });
  }

  /** @param {Action} action @param {() => unknown} answer false: not now @param {AbortSignal} [signal] ends it */
  on(action, answer, signal) {
    const known = this.answers.get(action) ?? new Set();
    this.answers.set(action, known.add(answer));
    signal?.addEventListener("abort", () => known.delete(answer));
  }

  get off() {
    return localStorage.getItem(OFF) === "off";
  }

  /** @param {boolean} off */
  set off(off) {
    localStorage.setItem(OFF, off ? "off" : "on");
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (event.isComposing || event.repeat || document.querySelector("dialog[open]")) return;
    const action = actionOf(event);
    if (!action || (typing(event.target) && !ALWAYS.has(action)) || (this.off && MAP[action].length === 1 && action !== "help")) return;
    if (action === "live" && drawing(event.target)) return;
    const answers = [...(this.answers.get(action) ?? [])].reverse();
    if (!answers.some((answer) => answer() !== false)) return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** @param {KeyboardEvent} event @returns {Action | null} */
function actionOf(event) {
  const control = event.ctrlKey || event.metaKey;
  if (event.altKey) return null;
  if (control && event.key.toLowerCase() === "z" && !event.shiftKey) return "undo";
  if (control && event.key === "Enter") return "finish";
  if (control) return null;
  if (event.key === "Escape") return "live";
  const key = event.key === "=" ? "+" : event.key.toUpperCase(); // the same key on many keyboards, without Shift
  const found = Object.entries(MAP).find(([, name]) => name === key);
  return found ? /** @type {Action} */ (found[0]) : null;
}

/** @param {EventTarget | null} target */
function typing(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["radio", "checkbox", "button"].includes(target.type);
  return target.isContentEditable || target.matches("textarea, select");
}

/** @param {EventTarget | null} target */
function drawing(target) {
  const ink = target instanceof HTMLElement ? target.closest("cs-ink") : null;
  return Boolean(ink && /** @type {import("parts/ink.js").Ink} */ (ink).drawing);
}
