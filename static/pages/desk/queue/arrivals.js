// Somebody new waits: a word for those who listen, a soft sound, and the count in the tab's title.

import { h } from "parts/dom.js";
import { pageTitle } from "parts/wordmark.js";
import { t } from "parts/words.js";
import { sounds } from "pages/desk/sound.js";

/** @param {import("pages/desk/desk.js").Desk} desk */
export function watchArrivals(desk) {
  const voice = h("div", { class: "visually-hidden", role: "status", "aria-live": "polite" });
  document.body.append(voice);

  desk.addEventListener("arrived", (event) => {
    const rows = /** @type {CustomEvent<import("pages/desk/views.js").QueueRow[]>} */ (event).detail;
    const [first] = rows;
    if (!first) return;
    const category = t(`common.category.${first.category}`);
    voice.textContent = rows.length === 1 ? t("desk.arrived", { name: first.name || t("desk.someone"), category }) : t("desk.arrived.several", { count: rows.length });
    void sounds.arrival().catch(() => {});
  });
  desk.addEventListener("queue", () => {
    const count = desk.queue?.rows.length ?? 0;
    const title = pageTitle(desk.page.shell);
    document.title = count ? `(${count}) ${title}` : title;
  });
}
