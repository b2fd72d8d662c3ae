// Done: photos of the finished work, a note, or both. Kept on the phone until the server has them.

import { uuid7 } from "lib/ids.js";
import { h } from "parts/dom.js";
import { sheet } from "parts/dialog.js";
import { field } from "parts/field.js";
import { photoAdd } from "parts/photo.js";
import { prepare } from "parts/picture.js";

/** @typedef {import("pages/rep/work.js").Photo} Photo */
const MOST = 8;

/** @param {import("pages/rep/overlay.js").Task} task @param {import("pages/rep/work.js").Work} work @param {import("parts/page.js").Page} page */
export async function finish(task, work, page) {
  /** @type {Photo[]} */
  const photos = [];
  /** @type {string[]} */
  const addresses = [];
  const strip = h("div", { class: "rep-photos" });
  const note = field({ t: "rep.finish.note", name: "note", type: "textarea", rows: 3, maxlength: 2000, optional: true });
  const add = photoAdd({ t: "rep.finish.photo", capture: true, picked: async (files) => {
    for (const file of files.slice(0, MOST - photos.length)) {
      try {
        const { blob } = await prepare(file);
        photos.push({ id: uuid7(), task_id: task.id, blob });
        addresses.push(URL.createObjectURL(blob));
        const tile = /** @type {import("parts/photo.js").Photo} */ (h("cs-photo"));
        tile.show({ src: addresses[addresses.length - 1] ?? "", number: photos.length });
        strip.insertBefore(tile, add);
        note.fault(null);
      } catch {
        page.toast.show({ t: "common.error.photo_unreadable", tone: "bad" });
      }
    }
    add.hidden = photos.length >= MOST;
  } });
  strip.append(add);
  const body = [h("p", { class: "muted", t: "rep.finish.lead" }), strip, note];
  for (;;) {
    const answer = await sheet({ t: "rep.finish.title", body, actions: [{ value: "done", t: "rep.do.complete", kind: "primary", icon: "done" }] });
    const words = note.control.value.trim();
    if (answer === "done" && !words && !photos.length) {
      note.fault("rep.finish.missing");
      continue;
    }
    if (answer === "done") {
      await work.act("completion", task.id, { note: words, proofs: photos.map((photo) => photo.id) }, photos);
      page.toast.show({ t: navigator.onLine ? "rep.did.complete" : "rep.did.complete_offline" });
    }
    for (const address of addresses) URL.revokeObjectURL(address);
    return;
  }
}
