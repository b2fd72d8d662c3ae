// What has been typed and photographed for a task that is not finished yet. Each photo is on the phone before it is
// shown: closing the sheet, or a browser that gives the page's memory to the camera, takes nothing away.

import { uuid7 } from "lib/ids.js";
import { whereThereIsRoom } from "pages/rep/storage.js";

/** @typedef {import("pages/rep/work.js").Photo} Photo */
/** @typedef {{type: string, number: number, answers: Record<string, any>}} Filled a form, and from which version it is filled */
/** @typedef {{note: string, photos: string[], form?: Filled | null}} Kept */

export class Draft {
  /** @param {import("lib/store.js").Store} store @param {string} task @param {Kept} kept @param {Photo[]} photos */
  constructor(store, task, kept, photos) {
    this.store = store;
    this.task = task;
    this.note = kept.note;
    /** @type {Filled | null} */
    this.form = kept.form ?? null;
    this.photos = photos;
    /** @type {Promise<unknown>} one change after the other */
    this.turn = Promise.resolve();
  }

  /** @param {import("lib/store.js").Store} store @param {string} task */
  static async open(store, task) {
    const kept = /** @type {Kept | undefined} */ (await store.get("facts", key(task))) ?? { note: "", photos: [] };
    const found = await Promise.all(kept.photos.map((id) => store.get("photos", id)));
    return new Draft(store, task, kept, found.filter(Boolean));
  }

  /** It is on the phone once this resolves, and not in the draft when the phone has no room for it. @param {Blob} blob @returns {Promise<Photo>} */
  async add(blob) {
    const photo = { id: uuid7(), task_id: this.task, blob };
    await this.change((rows) => {
      rows("photos").put(photo);
      return { photos: [...this.photos, photo] };
    });
    return photo;
  }

  /** @param {Photo} photo */
  remove(photo) {
    return this.change((rows) => {
      rows("photos").delete(photo.id);
      return { photos: this.photos.filter((each) => each !== photo) };
    });
  }

  /** @param {string} note */
  async write(note) {
    await this.turn;
    if (note !== this.note) await this.change(() => ({ note }));
  }

  /** @param {Filled} form as it is now: what is said later changes nothing here */
  fill(form) {
    const now = structuredClone(form);
    return this.change(() => ({ form: now }));
  }

  /** What is in sight, where the phone had no room for it when it was said. @param {string} note @param {Filled | null} form */
  async keep(note, form) {
    await this.turn;
    if (note !== this.note || JSON.stringify(form) !== JSON.stringify(this.form)) await this.change(() => ({ note, form }));
  }

  /** A photo that belongs to a field of the form. @param {Blob} blob @returns {Promise<Photo>} */
  async attach(blob) {
    const photo = { id: uuid7(), task_id: this.task, blob };
    await whereThereIsRoom(() => this.store.put("photos", photo));
    return photo;
  }

  /** The server has said no to a form: what was typed and photographed is a draft again. @param {import("lib/store.js").Store} store @param {string} task @param {Kept} kept */
  static restore(store, task, kept) {
    return store.put("facts", kept, key(task));
  }

  /** @param {(rows: (table: string) => IDBObjectStore) => {note?: string, photos?: Photo[], form?: Filled | null}} how @returns {Promise<void>} */
  change(how) {
    const change = this.turn.then(async () => {
      const { note, photos, form } = await whereThereIsRoom(() => this.store.change(["facts", "photos"], async (rows) => {
        const made = { note: this.note, photos: this.photos, form: this.form, ...how(rows) };
        rows("facts").put({ note: made.note, photos: made.photos.map((photo) => photo.id), form: made.form }, key(this.task));
        return made;
      }));
      [this.note, this.photos, this.form] = [note, photos, form];
    });
    this.turn = change.catch(() => {});
    return change;
  }

  /** The outbox has it now; the photos stay until the server has them too. */
  async forget() {
    await this.turn;
    await this.store.delete("facts", key(this.task));
  }
}

/** @param {string} task */
function key(task) {
  return `draft:${task}`;
}
