// What has been typed and photographed for a task that is not finished yet. Each photo is on the phone before it is
// shown: closing the sheet, or a browser that gives the page's memory to the camera, takes nothing away.

import { uuid7 } from "lib/ids.js";
import { whereThereIsRoom } from "pages/rep/work.js";

/** @typedef {import("pages/rep/work.js").Photo} Photo */
/** @typedef {{note: string, photos: string[]}} Kept */

export class Draft {
  /** @param {import("lib/store.js").Store} store @param {string} task @param {Kept} kept @param {Photo[]} photos */
  constructor(store, task, kept, photos) {
    this.store = store;
    this.task = task;
    this.note = kept.note;
    this.photos = photos;
  }

  /** @param {import("lib/store.js").Store} store @param {string} task */
  static async open(store, task) {
    const kept = /** @type {Kept | undefined} */ (await store.get("facts", key(task))) ?? { note: "", photos: [] };
    const found = await Promise.all(kept.photos.map((id) => store.get("photos", id)));
    return new Draft(store, task, kept, found.filter(Boolean));
  }

  get kept() {
    return { note: this.note, photos: this.photos.map((photo) => photo.id) };
  }

  /** @param {Blob} blob @returns {Promise<Photo>} */
  async add(blob) {
    const photo = { id: uuid7(), task_id: this.task, blob };
    this.photos.push(photo);
    await this.change((rows) => rows("photos").put(photo));
    return photo;
  }

  /** @param {Photo} photo */
  async remove(photo) {
    this.photos = this.photos.filter((each) => each !== photo);
    await this.change((rows) => rows("photos").delete(photo.id));
  }

  /** @param {string} note */
  async write(note) {
    if (note === this.note) return;
    this.note = note;
    await this.change(() => {});
  }

  /** @param {(rows: (table: string) => IDBObjectStore) => void} more */
  change(more) {
    return whereThereIsRoom(() => this.store.change(["facts", "photos"], async (rows) => {
      more(rows);
      rows("facts").put(this.kept, key(this.task));
    }));
  }

  /** The outbox has it now; the photos stay until the server has them too. */
  forget() {
    return this.store.delete("facts", key(this.task));
  }
}

/** @param {string} task */
function key(task) {
  return `draft:${task}`;
}
