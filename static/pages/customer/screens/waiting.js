// The waiting room: place and an honest wait, and what helps meanwhile: the camera tried out, photos, where to ring,
// a word in the chat. The place is the server's; this page only shows signs of life, and losing it loses nothing.

import { spaced } from "lib/phone.js";
import { waitWords } from "lib/time.js";
import { attempt, button } from "parts/button.js";
import { chip, note } from "parts/chip.js";
import { ask, sheet } from "parts/dialog.js";
import { art, h } from "parts/dom.js";
import { icon } from "parts/icon.js";
import { drawnFrom } from "parts/redraw.js";
import { i18n, t } from "parts/words.js";
import { cameraCheck } from "pages/customer/camera-check.js";
import { contactForm } from "pages/customer/contact.js";
import { frame } from "pages/customer/frame.js";
import { requestChat } from "pages/customer/messages.js";
import { photoStrip } from "pages/customer/photo-strip.js";
import { Photos } from "pages/customer/photos.js";
import { placeForm } from "pages/customer/screens/where.js";
import { telephone } from "pages/customer/telephone.js";
import { Awake } from "parts/awake.js";

/** @typedef {import("pages/customer/screen.js").MakeScreen} MakeScreen */

const POLL_MS = 8000;
const SOON_MS = 1000;

/** @type {MakeScreen} */
export function waiting(model, page) {
  const photos = new Photos(model);
  const strip = photoStrip(photos);
  const chat = requestChat(model);
  const awake = new Awake();
  const hero = h("div", { class: "hero", "aria-live": "polite" });
  const rows = h("div", { class: "rows" });
  const back = h("div", { "aria-live": "polite" });
  const [drawHeroFrom, drawRowsFrom, drawBackFrom] = [drawnFrom(hero), drawnFrom(rows), drawnFrom(back)];
  /** @type {{place: number | null, wait: {low_s: number, high_s: number} | null, returned: string | null} | null} */
  let entry = null;
  let away = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** The place itself is not taken yet: it waits on this phone. */
  const owesPlace = () => model.confirmed?.state !== "waiting";

  /** Whoever was in a call and waits again is told why. */
  const drawBack = () => {
    const why = owesPlace() ? null : (entry?.returned ?? null);
    const technician = model.request?.technician?.name ?? t("common.role.technician");
    drawBackFrom([why, technician], () => {
      if (!why) return [];
      const key = `customer.waiting.returned.${why}`;
      return [note({ tone: "warn", icon: "info" },
        h("b", { t: "customer.waiting.returned", params: { technician } }),
        h("p", { t: t(key) === key ? "customer.waiting.returned.other" : key }),
        h("p", { t: "customer.waiting.returned.place" }))];
    });
  };

  const drawHero = () => {
    drawBack();
    if (owesPlace()) {
      drawHeroFrom(["owed"], () => [
        h("p", { class: "place-number", t: "customer.waiting.owed" }),
        h("p", { class: "wait" }, icon("offline"), h("span", { t: "customer.waiting.owed.more" })),
      ]);
      return;
    }
    if (!entry) {
      if (away) drawHeroFrom(["away"], () => [h("p", { class: "wait" }, icon("offline"), h("span", { t: "customer.waiting.away" }))]);
      return;
    }
    const { place, wait } = entry;
    if (!wait) {
      const { contact } = /** @type {import("pages/customer/case.js").RequestView} */ (model.request);
      drawHeroFrom([place, "nobody", contact.phone], () => [
        h("p", { class: "place-number", t: "common.wait.unknown" }),
        h("p", { class: "small", t: contact.phone ? "customer.waiting.nobody.ring" : "customer.waiting.nobody" }),
        h("p", { class: "wait number" }, icon("clock"), h("span", { text: place === 1 ? t("customer.waiting.nobody.first") : t("customer.waiting.place", { place }) })),
        ...(contact.phone ? [] : [button({ t: "customer.waiting.nobody.leave", icon: "phone", kind: "primary", action: (event) => attempt(event.currentTarget, editContact) })]),
      ]);
      return;
    }
    drawHeroFrom([place, wait], () => [
      h("p", { class: "place-number number", text: place === 1 ? t("customer.waiting.next") : t("customer.waiting.place", { place }) }),
      h("p", { class: "wait number" }, icon("clock"), h("span", { text: t("customer.waiting.wait", { wait: waitWords(i18n, wait) }) })),
      h("p", { class: "small muted", t: "customer.waiting.kept" }),
    ]);
  };

  let polled = -Infinity; // a page may be younger than the shortest pause
  let seenLast = model.confirmed;
  const poll = async () => {
    clearTimeout(timer);
    if (owesPlace()) return drawHero(); // not asked: the news that the place is taken must not be thought too soon
    polled = performance.now();
    try {
      const answer = await model.api.get(`${model.path}/queue-entry`);
      if (answer.state !== "waiting") return void (await model.refresh());
      entry = answer;
      drawHero();
    } catch {
      away = true; // the banner tells so, too; the last known place stays on the screen
      drawHero();
    } finally {
      timer = setTimeout(poll, POLL_MS);
    }
  };

  const drawRows = () => {
    const { contact, place } = /** @type {import("pages/customer/case.js").RequestView} */ (model.request);
    drawRowsFrom([contact.phone, place], () => [
      row({ icon: "phone", t: "customer.waiting.phone", value: spaced(contact.phone ?? ""), todo: "customer.waiting.phone.todo", action: editContact }),
      row({ icon: "pin", t: "customer.waiting.where", value: place ? place.address || t("customer.where.on_map") : "", todo: "customer.waiting.where.todo", action: editPlace }),
    ]);
  };

  const editContact = async () => {
    const form = contactForm(model, page);
    await formSheet("customer.contact.title", form);
  };
  const editPlace = async () => {
    const form = placeForm(model, page);
    await formSheet("customer.where.title", form);
  };

  const leave = async () => {
    const choice = await ask({
      t: "customer.leave.title", text: "customer.leave.text",
      actions: [
        { value: "stay", t: "customer.leave.stay", kind: "primary" },
        ...(model.request?.may.includes("queue_left") && !model.request.safety_stop ? [{ value: "guide", t: "customer.leave.guide" }] : []),
        { value: "off", t: "customer.leave.off", kind: /** @type {const} */ ("danger") },
      ],
    });
    if (choice === "guide") await model.leaveQueue();
    if (choice === "off") await model.withdraw();
  };

  const camera = cameraCheck(page);
  const element = frame(
    { picture: model.request?.safety_stop ? art("danger") : art("waiting"), t: model.request?.safety_stop ? "customer.waiting.title_danger" : "customer.waiting.title", class: "compact" },
    safety(model),
    back,
    h("div", { class: "card" }, hero),
    camera.element,
    h("section", { class: "card stack" }, h("h2", { t: "customer.waiting.photos" }), h("p", { class: "small muted", t: "customer.waiting.photos.more" }), strip),
    telephone(page),
    rows,
    h("section", { class: "card stack" }, h("h2", { t: "common.chat" }), chat),
    h("p", { class: "centre" }, button({ t: "customer.leave", kind: "quiet", action: (event) => attempt(event.currentTarget, leave) })),
  );

  const seen = () => document.visibilityState === "visible" && void poll();
  document.addEventListener("visibilitychange", seen);
  photos.addEventListener("fault", (event) => page.toast.fault(/** @type {CustomEvent} */ (event).detail));
  void poll();
  void awake.hold();
  void photos.open().catch(() => {});
  void chat.refresh().catch(() => {});
  drawRows();

  return {
    element,
    back: () => leave().catch((error) => page.toast.fault(error)),
    update() {
      drawRows();
      drawHero();
      if (model.confirmed === seenLast) return; // only what waits on this phone is another
      seenLast = model.confirmed;
      if (performance.now() - polled > SOON_MS) void poll(); // a hint that we caused ourselves must not start a chase
      void photos.open().catch(() => {});
      void chat.refresh().catch(() => {});
    },
    leave() {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
      strip.leave();
      chat.leave();
      camera.leave();
      void awake.release();
    },
  };
}

/** What a safety stop said, first of all. @param {import("pages/customer/case.js").Case} model */
function safety(model) {
  const [guideId, stepId] = model.request?.safety_stop?.split("/") ?? [];
  const step = model.catalogue?.guides.find((guide) => guide.id === guideId)?.steps[stepId ?? ""];
  if (!step) return null;
  return note({ tone: "bad", icon: "alert", role: "alert" }, h("b", { text: step.title }), h("p", { text: step.text }), h("p", { t: "customer.waiting.emergency" }),
    h("ul", { class: "tips" }, step.tips.map((tip) => h("li", null, icon("next"), h("span", { text: tip })))));
}

/** @param {{icon: string, t: string, value: string, todo: string, action: () => unknown}} props */
function row({ icon: name, t: key, value, todo, action }) {
  return h("button", { class: "row", type: "button", on: { click: (event) => attempt(event.currentTarget, async () => action()) } },
    icon(name),
    h("span", { class: "grow" }, h("b", { t: key }), value ? h("small", { text: value }) : h("small", { t: todo })),
    value ? chip({ t: "customer.given", icon: "check", tone: "ok" }) : chip({ t: "customer.add", icon: "plus", tone: "brand" }));
}

/** A form in a sheet that closes once it is stored. @param {string} key @param {{element: Element, save: () => Promise<boolean>}} form */
async function formSheet(key, form) {
  const closing = sheet({ t: key, body: [form.element], actions: [] });
  const dialog = form.element.closest("dialog");
  form.element.append(button({
    t: "common.save", kind: "primary", size: "main",
    action: async () => {
      if (await form.save()) dialog?.close("saved");
    },
  }));
  await closing;
}
