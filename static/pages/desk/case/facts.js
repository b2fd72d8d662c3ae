// The case: what is wrong, how the guide went, where it is on the map, and the technician's own note.

import { note } from "parts/chip.js";
import { h } from "parts/dom.js";
import { field } from "parts/field.js";
import { categoryChip } from "pages/desk/labels.js";
import { placeMap } from "pages/desk/case/place.js";
import { walked } from "pages/desk/case/walk.js";
import { draft, keepDraft } from "pages/desk/drafts.js";

/** @param {import("pages/desk/work-place.js").Bench} bench */
export function caseFacts(bench) {
  const { work } = bench;
  const trouble = h("div", { class: "stack tight" });
  const map = placeMap(bench);
  const path = h("div");
  const name = `note:${work.id}`;
  const own = field({ t: "desk.note", hint: "desk.note.hint", name: "note", type: "textarea", value: draft(name) ?? "", maxlength: 2000, rows: 3, optional: true });
  own.control.addEventListener("input", () => {
    keepDraft(name, own.control.value || null);
    work.tell("note");
  });
  const element = h("div", { class: "stack facts-pane" },
    trouble,
    h("section", null, h("h3", { t: "desk.walk" }), path),
    h("section", { class: "place-box" }, h("h3", { t: "desk.place" }), map.element),
    own);
  let before = "";

  const draw = () => {
    const { request } = work;
    if (!request) return;
    const now = JSON.stringify([request.category, request.description, request.safety_stop, work.timeline.length, bench.desk.catalogue?.language, document.documentElement.lang]);
    map.draw();
    own.hidden = !work.call;
    if (now === before) return;
    before = now;
    trouble.replaceChildren(
      ...(request.safety_stop ? [note({ t: "desk.safety", tone: "bad", icon: "bolt" })] : []),
      h("div", { class: "chips" }, categoryChip(request.category)),
      ...(request.description ? [h("p", { class: "described", text: request.description })] : []),
    );
    path.replaceChildren(walked(work.timeline, bench.desk.catalogue));
  };
  return { element, draw };
}
