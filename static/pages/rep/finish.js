// Done: the form of the task's type, photos of the finished work, a note. A draft on the phone until the outbox has it.

import { photosIn } from "lib/form-rules.js";
import { h } from "parts/dom.js";
import { attempt, button } from "parts/button.js";
import { note as notice } from "parts/chip.js";
import { ask, sheet } from "parts/dialog.js";
import { field } from "parts/field.js";
import { FormView } from "parts/form.js";
import { photoAdd } from "parts/photo.js";
import { prepare } from "parts/picture.js";
import { Draft } from "pages/rep/drafts.js";

/** @typedef {import("pages/rep/work.js").Photo} Photo */
/** @typedef {import("pages/rep/forms.js").Version} Version */
const MOST = 8;

/** @param {import("pages/rep/overlay.js").Task} task @param {import("pages/rep/work.js").Work} work @param {import("parts/page.js").Page} page */
export async function finish(task, work, page) {
  const draft = await Draft.open(work.store, task.id);
  const version = await formFor(task, draft, work);
  /** @type {string[]} */
  const addresses = [];
  const strip = h("div", { class: "rep-photos" });
  const note = field({ t: "rep.finish.note", name: "note", type: "textarea", rows: 3, maxlength: 2000, optional: true, value: draft.note });
  note.control.value = draft.note;
  const write = () => draft.write(note.control.value);
  note.control.addEventListener("input", () => attempt(note, write)); // a browser may end the page after any letter
  const prepared = async (/** @type {File} */ file) => {
    try {
      return (await prepare(file)).blob;
    } catch {
      page.toast.show({ t: "common.error.photo_unreadable", tone: "bad" });
      return null;
    }
  };
  const form = version && await formOf(version, draft, work, prepared);
  const add = photoAdd({ t: "rep.finish.photo", capture: true, picked: (files) => attempt(strip, async () => {
    for (const file of files.slice(0, MOST - draft.photos.length)) {
      const blob = await prepared(file);
      if (!blob) continue;
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
  const body = [
    h("p", { class: "muted", t: form ? "rep.finish.lead_form" : "rep.finish.lead" }),
    !version && task.type?.form ? notice({ t: "rep.finish.no_form", icon: "alert", tone: "warn" }) : null,
    version && task.type && version.number < task.type.form ? notice({ t: "rep.finish.older_form", icon: "info" }) : null,
    form?.element ?? null,
    form ? h("h3", { t: "rep.finish.beside" }) : null,
    strip, note,
  ].filter((part) => part !== null);
  for (let wrong = false; ;) {
    const answering = sheet({ t: "rep.finish.title", body, actions: [{ value: "done", t: "rep.do.complete", kind: "primary", icon: "done" }] });
    if (wrong) form?.toFault();
    const answer = await answering;
    const words = note.control.value.trim();
    const checked = answer === "done" ? form?.check() : undefined;
    wrong = Boolean(checked?.faults.length);
    if (wrong) continue;
    const nothing = !words && !draft.photos.length && !Object.keys(checked?.kept ?? {}).length;
    if (answer === "done" && nothing) {
      note.fault("rep.finish.missing");
      continue;
    }
    try {
      await (answer === "done" ? complete(words, checked?.kept) : draft.keep(note.control.value, begun()));
    } catch (error) {
      page.toast.fault(error);
      if (answer === "done" || !(await letGo())) continue; // it is in this sheet and nowhere else
    }
    if (answer !== "done" && (words || draft.photos.length || draft.form)) page.toast.show({ t: "rep.finish.kept" });
    break;
  }
  for (const address of addresses) URL.revokeObjectURL(address);

  /** The form as far as it is filled in. */
  function begun() {
    if (!version || !form || !(draft.form || Object.keys(form.answers).length)) return draft.form;
    return { type: version.type, number: version.number, answers: structuredClone(form.answers) };
  }

  /** @param {string} words @param {Record<string, any>} [kept] */
  async function complete(words, kept) {
    const filled = version && kept ? { type: version.type, number: version.number, answers: kept } : null;
    const proofs = [...draft.photos.map((photo) => photo.id), ...(version && kept ? photosIn(version.definition, kept) : [])];
    await work.act("completion", task.id, { note: words, proofs, ...(filled && { form: filled }) });
    await draft.forget();
    page.toast.show({ t: navigator.onLine ? "rep.did.complete" : "rep.did.complete_offline" });
  }

  async function letGo() {
    const wish = await ask({ t: "rep.finish.unkept", text: "rep.finish.unkept.more",
      actions: [{ value: "", t: "common.back", kind: "primary" }, { value: "yes", t: "rep.refused.discard", kind: "danger" }] });
    return wish === "yes";
  }
}

/** The form that was begun, else the newest. @param {import("pages/rep/overlay.js").Task} task @param {Draft} draft @param {import("pages/rep/work.js").Work} work @returns {Promise<Version | null>} */
async function formFor({ type }, draft, work) {
  if (draft.form) return work.forms.atHand(draft.form.type, draft.form.number);
  return type?.form ? work.forms.atHand(type.code, type.form) : null;
}

/** @param {Version} version @param {Draft} draft @param {import("pages/rep/work.js").Work} work @param {(file: File) => Promise<Blob | null>} prepared */
async function formOf({ type, number, definition }, draft, work, prepared) {
  const answers = draft.form?.answers ?? {};
  /** @type {Map<string, Blob>} */
  const blobs = new Map();
  for (const id of photosIn(definition, answers)) {
    const photo = await work.store.get("photos", id);
    if (photo) blobs.set(id, photo.blob);
  }
  const photos = {
    add: async (/** @type {File} */ file) => {
      const blob = await prepared(file);
      if (!blob) return null;
      const { id } = await draft.attach(blob);
      blobs.set(id, blob);
      return { id, blob };
    },
    remove: (/** @type {string} */ id) => work.store.delete("photos", id),
    blob: (/** @type {string} */ id) => blobs.get(id),
  };
  const form = new FormView(definition, { answers, photos, parts: await work.forms.van() });
  form.addEventListener("change", () => attempt(form.element, () => draft.fill({ type, number, answers: form.answers })));
  return form;
}
