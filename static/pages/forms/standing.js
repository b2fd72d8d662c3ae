// How the form stands: kept or not, what is wrong with it, what is new; and the way to publish it.

import { attempt, button } from "parts/button.js";
import { chip, note } from "parts/chip.js";
import { ask, sheet } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { field } from "parts/field.js";
import { redraw } from "parts/redraw.js";
import { i18n, nameOf, t } from "parts/words.js";
import { wordsOf } from "parts/form-words.js";

/** @typedef {import("pages/forms/model.js").Change} Change */
/** @typedef {import("pages/forms/model.js").Model} Model */

export class Standing {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    this.element = h("div", { class: "stack forms-standing" });
    for (const what of ["words", "saved"]) model.addEventListener(what, () => this.draw());
  }

  draw() {
    const { model } = this;
    const { chosen, faults, hasDraft, state, writes } = model;
    if (!chosen) return;
    const saved = { "": hasDraft && chip({ t: "forms.state.draft", icon: "pen", tone: "warn" }), saving: chip({ t: "forms.state.saving", icon: "queue" }), saved: chip({ t: "forms.state.saved", icon: "check", tone: "ok" }), failed: chip({ t: "forms.state.failed", icon: "alert", tone: "bad" }), stale: null }[state];
    redraw(this.element, () => this.element.replaceChildren(
      h("div", { class: "split" },
        h("div", { class: "cluster", role: "status" }, h("span", { class: "muted", text: chosen.form ? t("forms.version", { number: chosen.form }) : t("forms.version.none") }), saved || null),
        h("div", { class: "cluster" },
          button({ t: "forms.versions", icon: "clock", kind: "quiet", data: { id: "versions" }, action: (event) => attempt(event.currentTarget, () => versions(model)) }),
          writes && hasDraft && button({ t: "forms.discard", icon: "undo", kind: "quiet", data: { id: "discard" }, action: (event) => attempt(event.currentTarget, () => discard(model)) }),
          writes && button({ t: "forms.publish", icon: "upload", kind: "primary", data: { id: "publish" }, disabled: !(hasDraft || state === "saving") || faults.length > 0, action: (event) => attempt(event.currentTarget, () => publish(model)) }))),
      ...(state === "stale" ? [note({ t: "forms.stale", icon: "alert", tone: "bad" }, button({ t: "forms.stale.reload", icon: "again", action: () => location.reload() }))] : []),
      ...(faults.length ? [note({ t: "forms.faults", params: { count: faults.length }, icon: "alert", tone: "warn" })] : []),
      ...(!writes ? [note({ t: "forms.readonly", icon: "info" })] : [])));
  }
}

/** @param {Change[]} changes */
function changeList(changes) {
  if (!changes.length) return h("p", { class: "muted", t: "forms.changes.none" });
  const label = (/** @type {Change} */ change) => wordsOf(change.label) || change.id;
  const names = (/** @type {string[]} */ list) => i18n.list(list.map((name) => t(`forms.setting.${name}`)));
  return h("ul", { class: "forms-changes" }, changes.map((change) => h("li", { data: { kind: change.kind } },
    h("span", { t: `forms.change.${change.kind}` }), " ", h("b", { text: label(change) }), change.names.length > 0 && h("small", { class: "muted", text: ` ${names(change.names)}` }))));
}

/** @param {Model} model */
async function publish(model) {
  await model.flush();
  const words = field({ t: "forms.publish.note", name: "note", type: "textarea", rows: 2, maxlength: 2000, optional: true });
  const answer = await sheet({ t: "forms.publish.title", params: { number: (model.chosen?.form ?? 0) + 1 }, text: "forms.publish.text", body: [changeList(model.changes), words], actions: [{ value: "yes", t: "forms.publish", kind: "primary", icon: "upload" }] });
  if (answer !== "yes") return;
  await model.publish(words.control.value.trim());
  model.page.toast.show({ t: "forms.published", params: { number: model.chosen?.form ?? 0 } });
}

/** @param {Model} model */
async function discard(model) {
  const answer = await ask({ t: "forms.discard.title", text: "forms.discard.text", actions: [{ value: "", t: "common.cancel" }, { value: "yes", t: "forms.discard", kind: "danger" }] });
  if (answer === "yes") await model.discard();
}

/** @param {Model} model */
async function versions(model) {
  const list = await model.versions();
  const name = (/** @type {import("pages/forms/model.js").Version} */ version) => (version.published_by ? nameOf({ name: version.published_by, name_en: version.published_by_en ?? "" }) : t("forms.versions.first"));
  await sheet({ t: "forms.versions", body: [list.length ? h("ol", { class: "forms-versions" }, list.map((version) => h("li", { class: "stack" },
    h("div", { class: "split" }, h("h3", { text: t("forms.version", { number: version.number }) }), h("small", { class: "muted", text: `${i18n.date(version.published_at)} · ${name(version)}` })),
    version.note && h("p", { text: version.note }),
    version.number > 1 ? changeList(version.changes) : h("p", { class: "muted", t: "forms.versions.fields", params: { count: version.fields } })))) : h("p", { class: "muted", t: "forms.version.none" })],
    actions: [{ value: "", t: "common.close", kind: "primary" }] });
}
