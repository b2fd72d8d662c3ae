// What a person is writing survives a reload of the page, and is gone once it was sent.

/**
 * @param {HTMLInputElement | HTMLTextAreaElement} control @param {string} name unique on this page and for its subject
 * @returns {() => void} forgets it
 */
export function keepTyped(control, name) {
  const key = `curbstop-typed-${name}`;
  const kept = sessionStorage.getItem(key);
  if (kept) control.value = kept;
  control.addEventListener("input", () => sessionStorage.setItem(key, control.value));
  return () => sessionStorage.removeItem(key);
}
