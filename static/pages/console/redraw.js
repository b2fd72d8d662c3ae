// Drawing again what a person may be standing on: the focus finds its place by `data-id`.

/** @param {HTMLElement} root @param {() => void} draw */
export function redraw(root, draw) {
  const at = root.contains(document.activeElement) ? /** @type {HTMLElement | null} */ (document.activeElement?.closest("[data-id]"))?.dataset["id"] : undefined;
  draw();
  if (at) /** @type {HTMLElement | null} */ (root.querySelector(`[data-id="${CSS.escape(at)}"]`))?.focus({ preventScroll: true });
}
