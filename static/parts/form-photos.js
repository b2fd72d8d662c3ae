// Photos of one field: each is kept before it is shown.

import { attempt, button } from "parts/button.js";
import { h } from "parts/dom.js";
import { photoAdd } from "parts/photo.js";

/** @param {{ids: string[], most: number, photos: import("parts/form.js").Photos, say: (ids: string[]) => void}} given */
export function photoStrip({ ids, most, photos, say }) {
  let own = [...ids];
  const strip = h("div", { class: "form-photos" });
  const add = photoAdd({ t: "common.photo.take", capture: true, picked: (files) => attempt(strip, async () => {
    for (const file of files.slice(0, most - own.length)) {
      const kept = await photos.add(file);
      if (!kept) continue;
      own = [...own, kept.id];
      show(kept.id, kept.blob);
      say(own);
    }
  }) });
  /** @param {string} id @param {Blob} blob */
  const show = (id, blob) => {
    const src = URL.createObjectURL(blob);
    const tile = /** @type {import("parts/photo.js").Photo} */ (h("cs-photo"));
    tile.show({ src, number: strip.children.length });
    const box = h("div", { class: "form-photo" }, tile, button({ icon: "trash", size: "icon", label: "form.remove_photo", class: "button form-remove", action: async () => {
      await photos.remove(id);
      own = own.filter((each) => each !== id);
      box.remove();
      URL.revokeObjectURL(src);
      add.hidden = own.length >= most;
      say(own);
    } }));
    strip.insertBefore(box, add);
    add.hidden = own.length >= most;
  };
  strip.append(add);
  for (const id of own) {
    const blob = photos.blob(id);
    if (blob) show(id, blob);
  }
  return strip;
}
