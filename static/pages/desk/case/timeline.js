// What has happened, newest first, and who was answerable from then on.

import { h } from "parts/dom.js";
import { nothing } from "parts/empty.js";
import { icon } from "parts/icon.js";
import { i18n, t } from "parts/words.js";

/** @typedef {import("pages/desk/views.js").TimelineEntry} TimelineEntry */

/** @param {import("pages/desk/work-place.js").Bench} bench */
export function timeline({ work, desk }) {
  const lines = h("div", { class: "timeline" });
  const bundle = h("a", { class: "button", data: { kind: "quiet" }, download: "" }, icon("download"), h("span", { t: "desk.evidence" }));
  const element = h("div", { class: "stack tight" }, lines, h("p", null, bundle), h("p", { class: "small muted", t: "desk.evidence.hint" }));
  let before = "";

  const draw = () => {
    const names = work.timeline.map(({ actor_name, owner }) => `${actor_name} ${owner.name}`); // read anew in another language
    const now = `${names} ${i18n.language} ${desk.catalogue?.language}`;
    if (now === before) return;
    before = now;
    bundle.setAttribute("href", desk.api.url(`/api/requests/${work.id}/evidence/bundle`, { surface: desk.api.surface, language: i18n.locale }));
    if (!work.timeline.length) return lines.replaceChildren(nothing({ t: "desk.timeline.empty", icon: "clock" }));
    /** @type {TimelineEntry | null} */
    let earlier = null;
    const drawn = work.timeline.map((entry) => {
      const line = one(entry, earlier?.owner.id !== entry.owner.id);
      earlier = entry;
      return line;
    });
    return lines.replaceChildren(h("ol", null, drawn.reverse()));
  };

  /** @param {TimelineEntry} entry @param {boolean} handed */
  const one = (entry, handed) => {
    const key = `desk.event.${entry.kind}`;
    const known = t(key) !== key;
    const actor = entry.actor_name ?? (entry.actor === "customer" ? t("common.role.customer") : entry.actor === "system" ? "" : entry.actor);
    return h("li", null,
      h("time", { class: "number small muted", datetime: entry.at, text: i18n.time(entry.at) }),
      h("div", { class: "grow" },
        h("span", known ? { t: key } : { text: entry.kind }), detailOf(entry), actor && h("small", { class: "muted", text: ` ${actor}` }),
        handed && h("small", { class: "handed", t: "desk.timeline.owner", params: { name: entry.owner.name } })));
  };

  /** @param {TimelineEntry} entry */
  const detailOf = ({ kind, detail }) => {
    if (kind === "verdict_given") {
      const fault = desk.catalogue?.faults.find((one) => one.code === detail["fault"])?.name ?? detail["fault"];
      return h("small", { class: "muted", text: ` ${t(`common.ownership.${detail["ownership"]}`)} · ${fault}` });
    }
    if (kind === "concluded" || kind === "visit_asked") return h("small", { class: "muted", text: ` ${t(`common.outcome.${detail["outcome"]}`)}` });
    if (kind === "returned") return h("small", { class: "muted", text: ` ${t(`desk.return.${detail["reason"]}`)}` });
    if (kind === "rated") return h("small", { class: "muted", text: ` ${"★".repeat(Number(detail["score"]) || 0)}` });
    return null;
  };
  return { element, draw };
}
