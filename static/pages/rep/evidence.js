// The stills that prove the verdict, with the technician's marks on the same places; the photos of the finished work.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import "parts/ink.js";
import "parts/photo.js";

/** @typedef {import("pages/rep/overlay.js").Task} Task */

export class Evidence {
  /** @param {import("parts/page.js").Page} page */
  constructor(page) {
    this.page = page;
    this.shown = "";
    this.element = h("section", { class: "stack rep-evidence", label: "rep.evidence" });
  }

  /** @param {Task} task */
  show(task) {
    const key = JSON.stringify([task.id, task.evidence.map((still) => still.id), task.proofs.map((proof) => proof.id)]);
    if (key === this.shown) return; // pictures do not flicker when only a state has changed
    this.shown = key;
    this.element.hidden = !task.evidence.length && !task.proofs.length;
    this.element.replaceChildren(
      h("h3", { t: "rep.evidence" }),
      h("div", { class: "rep-stills" },
        task.evidence.map((still, index) => this.still(still, index + 1)),
        task.proofs.map((proof, index) => this.proof(proof, index + 1))));
  }

  /** @param {import("pages/rep/overlay.js").Still} still @param {number} number */
  still(still, number) {
    const ink = this.ink(still);
    return h("figure", null, ink,
      h("figcaption", { class: "split" }, h("span", { t: "rep.still", params: { number } }),
        button({ icon: "search", size: "icon", kind: "quiet", label: "rep.still.large", action: () => this.large(still) })));
  }

  /** @param {import("pages/rep/overlay.js").Still} still */
  ink(still) {
    const ink = /** @type {import("parts/ink.js").Ink} */ (h("cs-ink", { src: withSurface(still.image_url), readonly: true }));
    // Marks are an aid: without them the picture still stands.
    this.page.api.get(still.marks_url).then((marks) => ink.setMarks(marks), () => {});
    return ink;
  }

  /** @param {import("pages/rep/overlay.js").Still} still */
  large(still) {
    const dialog = h("dialog", { class: "rep-large", label: "rep.still.large" },
      button({ icon: "close", size: "icon", label: "common.close", action: () => dialog.close() }), this.ink(still));
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  /** @param {{id: string, url: string}} proof @param {number} number */
  proof(proof, number) {
    const tile = /** @type {import("parts/photo.js").Photo} */ (h("cs-photo"));
    tile.show({ src: withSurface(proof.url), number });
    return tile;
  }
}

/** An image cannot send our header, so its address names the surface. @param {string} url */
function withSurface(url) {
  return `${url}?surface=rep`;
}
