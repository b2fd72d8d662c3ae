// The stills that prove the verdict, with the technician's marks on the same places; the photos of the finished work.

import { h } from "parts/dom.js";
import { button } from "parts/button.js";
import { asEntry } from "parts/sheet-entries.js";
import { localise, t, write } from "parts/words.js";
import "parts/ink.js";
import "parts/photo.js";
import { Zoom } from "parts/zoom.js";

/** @typedef {{id: string, image_url: string, marks_url: string}} Still */
/** @typedef {{id: string, evidence: Still[], proofs: {id: string, url: string}[]}} Task */

export class Evidence {
  /** @param {import("parts/page.js").Page} page */
  constructor(page) {
    this.page = page;
    this.shown = "";
    this.element = h("section", { class: "stack evidence", label: "common.evidence" });
  }

  /** @param {Task} task */
  show(task) {
    const key = JSON.stringify([task.id, task.evidence.map((still) => still.id), task.proofs.map((proof) => proof.id)]);
    if (key === this.shown) {
      // Pictures do not flicker when only a state has changed. The language may have, while this was off the page.
      write(this.element);
      localise(this.element);
      return;
    }
    this.shown = key;
    this.element.hidden = !task.evidence.length && !task.proofs.length;
    this.element.replaceChildren(
      h("h3", { t: "common.evidence" }),
      h("div", { class: "evidence-stills" },
        task.evidence.map((still, index) => this.still(still, index + 1)),
        task.proofs.map((proof, index) => this.proof(proof, index + 1))));
  }

  /** @param {Still} still @param {number} number */
  still(still, number) {
    const ink = this.ink(still, number);
    return h("figure", null, ink,
      h("figcaption", { class: "split" }, h("span", { t: "common.still", params: { number } }),
        button({ icon: "search", size: "icon", kind: "quiet", label: "common.still.large", action: () => this.large(still, number) })));
  }

  /** @param {Still} still @param {number} number */
  ink(still, number) {
    const ink = /** @type {import("parts/ink.js").Ink} */ (h("cs-ink", { src: this.page.api.picture(still.image_url), alt: t("common.still", { number }), readonly: true }));
    // Marks are an aid: without them the picture still stands.
    this.page.api.get(still.marks_url).then((marks) => ink.setMarks(marks), () => {});
    return ink;
  }

  /** @param {Still} still @param {number} number */
  async large(still, number) {
    /** @type {HTMLDialogElement} */
    const dialog = h("dialog", { class: "evidence-large", label: "common.still.large" },
      button({ icon: "close", size: "icon", label: "common.close", action: () => void dialog.close() }), this.ink(still, number));
    const ink = dialog.querySelector("cs-ink");
    if (ink instanceof HTMLElement) new Zoom(dialog, [ink]);
    document.body.append(dialog);
    dialog.showModal();
    await asEntry(dialog);
    dialog.remove();
  }

  /** @param {{id: string, url: string}} proof @param {number} number */
  proof(proof, number) {
    const tile = /** @type {import("parts/photo.js").Photo} */ (h("cs-photo"));
    tile.show({ src: this.page.api.picture(proof.url), number });
    return tile;
  }
}
