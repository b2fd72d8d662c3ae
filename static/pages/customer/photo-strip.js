// The photos of a request as tiles: those on their way with their ring, those that are there, and one to add more.

import { h } from "parts/dom.js";
import { ask } from "parts/dialog.js";
import "parts/ink.js";
import { photoAdd } from "parts/photo.js";
import { redraw } from "parts/redraw.js";
import { t } from "parts/words.js";
import { Zoom } from "parts/zoom.js";

/** @typedef {import("pages/customer/photos.js").Photos} Photos */
/** @typedef {import("parts/photo.js").Photo} PhotoTile */
/** @typedef {import("parts/ink.js").Ink} Ink */

/** @param {Photos} photos @param {{empty?: boolean}} [options] */
export function photoStrip(photos, { empty = false } = {}) {
  const grid = h("div", { class: "photos" });
  /** @type {Map<string, PhotoTile>} */
  const tiles = new Map();

  const draw = () => {
    tiles.clear();
    const made = [
      ...photos.stills.map((still, index) => tile({ src: photos.model.api.picture(still.url), number: index + 1, tapped: () => void view(photos, index) })),
      ...[...photos.waiting.values()].map((photo, index) => {
        const retry = photo.state === "failed" ? () => void photos.send(photo.client_id) : undefined;
        const made = tile({ src: photo.url, number: photos.stills.length + index + 1, state: photo.state, part: photo.part, tapped: retry });
        tiles.set(photo.client_id, made);
        return made;
      }),
    ];
    redraw(grid, () => grid.replaceChildren(...made, photoAdd({ picked: (files) => void photos.add(files) })));
    grid.dataset["empty"] = String(made.length === 0 && empty);
  };
  /** @param {Event} event */
  const progress = (event) => {
    const { clientId, part } = /** @type {CustomEvent} */ (event).detail;
    tiles.get(clientId)?.progress(part);
  };
  photos.addEventListener("change", draw);
  photos.addEventListener("progress", progress);
  draw();
  return Object.assign(grid, {
    leave() {
      photos.removeEventListener("change", draw);
      photos.removeEventListener("progress", progress);
    },
  });
}

/** @param {Parameters<PhotoTile["show"]>[0]} props */
function tile(props) {
  const element = /** @type {PhotoTile} */ (h("cs-photo"));
  element.show(props);
  return element;
}

/** One photo, large, with what was drawn on it; closer by two fingers or two taps. @param {Photos} photos @param {number} index */
async function view(photos, index) {
  const still = photos.stills[index];
  if (!still) return;
  const ink = /** @type {Ink} */ (h("cs-ink", { src: photos.model.api.picture(still.url), readonly: true, alt: t("common.photo.number", { number: index + 1 }) }));
  const stage = h("div", { class: "stage viewer" }, ink);
  stage.style.aspectRatio = `${still.width} / ${still.height}`;
  photos.model.api.get(`/api/stills/${still.id}/marks`).then((marks) => ink.setMarks(marks), () => {});
  new Zoom(stage, [ink]);
  const answer = await ask({
    t: "common.photo.number", params: { number: index + 1 }, body: [stage],
    actions: [...(photos.mayDelete(still) ? [{ value: "delete", t: "common.still.delete", icon: "trash" }] : []), { value: "ok", t: "common.close" }],
  });
  if (answer === "delete") await remove(photos, still);
}

/** The second tap is the one that deletes. @param {Photos} photos @param {import("pages/customer/photos.js").Still} still */
async function remove(photos, still) {
  const answer = await ask({
    t: "common.still.delete.title", text: "common.still.delete.text",
    actions: [{ value: "keep", t: "common.still.keep" }, { value: "delete", t: "common.still.delete", kind: "danger", icon: "trash" }],
  });
  if (answer !== "delete") return;
  try {
    await photos.remove(still);
  } catch (error) {
    photos.dispatchEvent(new CustomEvent("fault", { detail: error }));
  }
}

