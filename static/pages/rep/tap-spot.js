// Where something buried is: a photo with an arrow drawn on it by one stroke of the finger, and the phone's position.

import { uuid7 } from "lib/ids.js";
import { h } from "parts/dom.js";
import { attempt, button } from "parts/button.js";
import { photoAdd } from "parts/photo.js";
import { prepare } from "parts/picture.js";
import { i18n, t } from "parts/words.js";
import { ArrowPhoto } from "pages/rep/arrow-photo.js";
import { whereThereIsRoom } from "pages/rep/storage.js";

const PATIENCE_MS = 20_000;

export class TapSpot {
  /** @param {import("pages/rep/overlay.js").Task} task @param {import("pages/rep/work.js").Work} work @param {import("parts/page.js").Page} page */
  constructor(task, work, page) {
    this.task = task;
    this.work = work;
    this.page = page;
    /** @type {{lon: number, lat: number} | null} */
    this.at = null;
    this.photo = "";
    /** @type {ArrowPhoto | null} */
    this.picture = null;
    this.words = h("p", { class: "small muted", role: "status", t: "rep.tap.place.hint" });
    this.frame = h("div", { class: "stack" });
    this.add = photoAdd({ t: "rep.tap.photo", capture: true, picked: (files) => attempt(this.frame, () => this.take(files[0])) });
    this.element = h("div", { class: "stack rep-tap" },
      this.frame, this.add,
      button({ t: "rep.tap.here", icon: "locate", action: () => this.locate() }), this.words);
  }

  /** @param {File | undefined} file */
  async take(file) {
    if (!file) return;
    let blob;
    try {
      blob = (await prepare(file)).blob;
    } catch {
      return this.page.toast.show({ t: "common.error.photo_unreadable", tone: "bad" });
    }
    await this.drop();
    const photo = { id: uuid7(), task_id: this.task.id, blob };
    await whereThereIsRoom(() => this.work.store.put("photos", photo));
    this.photo = photo.id;
    this.picture = new ArrowPhoto(URL.createObjectURL(blob), null, true);
    this.frame.replaceChildren(this.picture.element, h("p", { class: "small muted", t: "rep.tap.arrow.hint" }));
  }

  /** The phone's own position: stand above it. */
  async locate() {
    try {
      const { coords } = await new Promise((/** @type {(at: GeolocationPosition) => void} */ resolve, reject) =>
        navigator.geolocation.getCurrentPosition(resolve, reject, { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: 0 }));
      this.at = { lon: Math.round(coords.longitude * 1e6) / 1e6, lat: Math.round(coords.latitude * 1e6) / 1e6 };
      this.words.textContent = t("rep.tap.place.taken", { metres: i18n.number(Math.round(coords.accuracy)) });
    } catch {
      this.words.textContent = t("rep.tap.place.none");
    }
  }

  /** What is to be kept of it. */
  said() {
    return { ...(this.at ?? {}), ...(this.photo && { photo: this.photo }), ...(this.photo && this.picture?.arrow && { arrow: this.picture.arrow }) };
  }

  leave() {
    this.picture?.leave();
  }

  /** It is not kept after all. */
  async drop() {
    this.leave();
    if (this.photo) await this.work.store.delete("photos", this.photo);
    this.photo = "";
  }
}
