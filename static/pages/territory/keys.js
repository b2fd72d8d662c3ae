// Zones by keys: the next and the one before along the list, a number gives it to that neighbour, Escape lets go.

const WRITES = "input, textarea, select, [contenteditable]";

/** @param {import("pages/territory/model.js").Model} model @param {import("pages/territory/zone-view.js").ZoneView} view */
export function listenToKeys(model, view) {
  const step = (/** @type {number} */ by) => {
    const count = model.proposal?.zones.length ?? 0;
    if (count) model.choose(((model.zone ?? (by > 0 ? -1 : 0)) + by + count) % count);
  };
  addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest(WRITES) || document.querySelector("dialog[open]")) return;
    if (event.key === "n") step(1);
    else if (event.key === "p") step(-1);
    else if (event.key === "Escape") model.choose(null);
    else if (/^[1-9]$/.test(event.key)) /** @type {HTMLElement | undefined} */ (view.element.querySelectorAll(".territory-give")[Number(event.key) - 1])?.click();
    else return;
    event.preventDefault();
  });
}
