// What a screen is, and which ones the person has gone past.

/** @typedef {import("pages/customer/case.js").Case} Case */
/** @typedef {import("parts/page.js").Page} Page */
/** @typedef {{element: HTMLElement, update?: () => void, back?: () => unknown, relabel?: () => void, leave?: () => void}} Screen */
/** `back` is what the browser's back button means; a promise where it only asks. The guide tells `stepped` of its steps. */
/** @typedef {(model: Case, page: Page) => Screen} MakeScreen */

/** Whether the person has gone past a screen that the API knows nothing of. @param {Case} model @param {string} name */
export function passed(model, name) {
  return sessionStorage.getItem(`curbstop-${name}`) === model.name && model.request !== null;
}

/** @param {Case} model @param {string} name @param {boolean} [yes] */
export function pass(model, name, yes = true) {
  if (yes) sessionStorage.setItem(`curbstop-${name}`, model.name);
  else sessionStorage.removeItem(`curbstop-${name}`);
  model.tell();
}
