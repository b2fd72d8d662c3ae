// Done: photos of the finished work, a note, or both. A draft on the phone until the outbox has it.

import { h } from "parts/dom.js";
import { attempt, button } from "parts/button.js";
import { ask, sheet } from "parts/dialog.js";
import { field } from "parts/field.js";
import { photoAdd } from "parts/photo.js";
import { prepare } from "parts/picture.js";
import { Draft } from "pages/rep/drafts.js";

/** @typedef {import("pages/rep/work.js").Photo} Photo */
const MOST = 8;

/** @param {import("pages/rep/overlay.js").Task} task @param {import("pages/rep/work.js").Work} work @param {import("parts/page.js").Page} page */
export async function finish(task, work, page) {
  const draft = await Draft.open(work.store, task.id);
  /** @type {string[]} */
  const addresses = [];
  const strip = h("div", { class: "rep-photos" });
  const note = field({ t: "rep.finish.note", name: "note", type: "textarea", rows: 3, maxlength: 2000, optional: true, value: draft.note });
  note.control.value = draft.note;
  const write = () => draft.write(note.control.value);
  note.control.addEventListener("input", () => attempt(note, write)); // a browser may end the page after any letter
  const add = photoAdd({ t: "rep.finish.photo", capture: true, picked: (files) => attempt(strip, async () => {
    for (const file of files.slice(0, MOST - draft.photos.length)) {
      let blob;
      try {
        ({ blob } = await prepare(file));
      } catch {
        page.toast.show({ t: "common.error.photo_unreadable", tone: "bad" });
        continue;
      }
      show(await draft.add(blob));
      note.fault(null);
    }
  }) });
  /** @param {Photo} photo */
  const show = (photo) => {
    const src = URL.createObjectURL(photo.blob);
    addresses.push(src);
    const tile = /** @type {import("parts/photo.js").Photo} */ (h("cs-photo"));
    tile.show({ src, number: strip.children.length });
    const box = h("div", { class: "rep-photo" }, tile, button({ icon: "trash", size: "icon", label: "rep.finish.remove", class: "button rep-remove", action: async () => {
      await draft.remove(photo);
      box.remove();
      add.hidden = false;
    } }));
    strip.insertBefore(box, add);
    add.hidden = draft.photos.length >= MOST;
  };
  strip.append(add);
  for (const photo of draft.photos) show(photo);
  const body = [h("p", { class: "muted", t: "rep.finish.lead" }), strip, note];
  for (;;) {
    const answer = await sheet({ t: "rep.finish.title", body, actions: [{ value: "done", t: "rep.do.complete", kind: "primary", icon: "done" }] });
    const words = note.control.value.trim();
    if (answer === "done" && !words && !draft.photos.length) {
      note.fault("rep.finish.missing");
      continue;
    }
    try {
      await (answer === "done" ? complete(words) : write());
    } catch (error) {
      page.toast.fault(error);
      if (answer === "done" || !(await letGo())) continue; // it is in this sheet and nowhere else
    }
    if (answer !== "done" && (words || draft.photos.length)) page.toast.show({ t: "rep.finish.kept" });
    break;
  }
  for (const address of addresses) URL.revokeObjectURL(address);

  /** @param {string} words */
  async function complete(words) {
    await work.act("completion", task.id, { note: words, proofs: draft.photos.map((photo) => photo.id) });
    await draft.forget();
    page.toast.show({ t: navigator.onLine ? "rep.did.complete" : "rep.did.complete_offline" });
  }

  async function letGo() {
    const wish = await ask({ t: "rep.finish.unkept", text: "rep.finish.unkept.more",
      actions: [{ value: "", t: "common.back", kind: "primary" }, { value: "yes", t: "rep.refused.discard", kind: "danger" }] });
    return wish === "yes";
  }
}
