// The call: what the phone asks for and why, then the picture, the frozen still with its marks, the bar within the
// thumb's reach. The call itself is `call/phone-end.js`; here is what a customer sees of it.

import { PhoneEnd } from "call/phone-end.js";
import { Unread } from "call/unread.js";
import { buzz } from "parts/awake.js";
import { button } from "parts/button.js";
import { ask } from "parts/dialog.js";
import { art, h } from "parts/dom.js";
import { segmented } from "parts/field.js";
import { note } from "parts/chip.js";
import { cameraReady, rememberCamera } from "pages/customer/camera-check.js";
import { cameraHelp } from "pages/customer/camera-help.js";
import { callStage } from "pages/customer/call-stage.js";
import { frame } from "pages/customer/frame.js";
import { requestChat } from "pages/customer/messages.js";
import { photoStrip } from "pages/customer/photo-strip.js";
import { Photos } from "pages/customer/photos.js";
import { pageTitle } from "parts/wordmark.js";
import { t } from "parts/words.js";

/** @typedef {import("pages/customer/screen.js").MakeScreen} MakeScreen */

const VOICE = "curbstop-voice";

/** @type {MakeScreen} */
export function call(model, page) {
  const element = h("div", { class: "call" });
  const line = new PhoneEnd({ api: model.api, request: model.confirmed?.id ?? "", role: "customer" });
  const unread = new Unread(model.name, () => line.messages, (message) => message.author === "customer");
  const photos = new Photos(model);
  const chat = requestChat(model, { intro: "customer.call.chat_intro" });
  line.addEventListener("messages", () => chat.told(line.messages));
  const heard = (/** @type {Event} */ event) => line.learned(/** @type {CustomEvent} */ (event).detail);
  model.addEventListener("said", heard);
  model.talk = (message) => line.talk(message);
  line.room.addEventListener("joined", () => unread.begin());
  line.addEventListener("still", (event) => photos.got(/** @type {CustomEvent} */ (event).detail));
  line.addEventListener("removed", (event) => photos.gone(/** @type {CustomEvent} */ (event).detail));
  line.addEventListener("fault", (event) => page.toast.fault(/** @type {CustomEvent} */ (event).detail));
  line.addEventListener("over", () => void model.refresh());
  photos.addEventListener("fault", (event) => page.toast.fault(/** @type {CustomEvent} */ (event).detail));
  let voice = sessionStorage.getItem(VOICE) !== "telephone";
  /** @type {{element: HTMLElement, leave: () => void} | null} */
  let stage = null;

  const technician = () => model.request?.technician?.name ?? t("common.role.technician");

  /** The question before the browser's question. */
  const explain = () => {
    element.replaceChildren(frame(
      {
        class: "compact", picture: art("camera"), t: "customer.call.ready", params: { technician: technician() }, lead: "customer.call.permission",
        bottom: [
          button({ t: "customer.call.start", icon: "video", kind: "primary", size: "main", action: () => begin(true) }),
          button({ t: "customer.call.without", kind: "quiet", action: () => begin(false) }),
        ],
      },
      h("div", { class: "field" }, h("span", { class: "label", t: "customer.call.sound" }),
        segmented({
          name: "voice", label: "customer.call.sound", value: voice ? "here" : "telephone",
          options: [{ value: "here", t: "customer.call.sound.here" }, { value: "telephone", t: "customer.call.sound.telephone" }],
          change: (value) => {
            voice = value === "here";
            sessionStorage.setItem(VOICE, value);
          },
        })),
      note({ t: "customer.call.privacy", icon: "shield" }),
    ));
  };

  /** @param {boolean} withCamera */
  const begin = async (withCamera) => {
    buzz(30);
    if (withCamera && !(await line.open({ voice }))) {
      const choice = await cameraHelp(line.camera.fault ?? "refused", page);
      if (choice === "retry") return begin(true);
      if (choice !== "photos") return explain();
    } else if (!withCamera) await line.open(null);
    if (withCamera && line.camera.video) rememberCamera();
    live();
  };

  const end = async () => {
    const choice = await ask({
      t: "customer.call.end.title", text: "customer.call.end.text",
      actions: [{ value: "", t: "customer.call.end.stay" }, { value: "end", t: "customer.call.end.end", kind: "danger", icon: "end" }],
    });
    if (choice === "end") await model.endCall().catch(() => model.refresh()).catch((error) => page.toast.fault(error));
  };

  const live = () => {
    stage?.leave();
    stage = callStage({
      line, unread, chat, page, technician,
      photos: { strip: () => photoStrip(photos), take: (files) => void photos.add(files) },
      end,
      camera: () => void begin(true),
    });
    element.replaceChildren(stage.element);
    document.documentElement.dataset["full"] = "";
    void photos.open().catch(() => {});
    void chat.refresh().catch(() => {});
  };

  buzz(200, 100, 200);
  const callBack = () => (document.title = document.visibilityState === "hidden" ? `● ${t("customer.call.ready", { technician: technician() })}` : pageTitle(page.shell));
  document.addEventListener("visibilitychange", callBack);
  callBack();
  // A page reloaded in the middle of a call takes it up again without asking what was answered before.
  if (cameraReady() && document.visibilityState === "visible") void begin(true);
  else explain();

  return {
    element,
    back: () => end(),
    update() {},
    relabel() {
      if (!stage) explain();
    },
    leave() {
      document.removeEventListener("visibilitychange", callBack);
      document.title = pageTitle(page.shell);
      delete document.documentElement.dataset["full"];
      model.removeEventListener("said", heard);
      chat.leave();
      stage?.leave();
      model.talk = null;
      line.close();
    },
  };
}
