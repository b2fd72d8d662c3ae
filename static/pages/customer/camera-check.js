// Trying the camera out before anyone sees it: what will be asked and why, the person's own picture, and what to do
// when there is none. The browser's question comes only after a tap on ours.

import { attempt, button } from "parts/button.js";
import { chip, note } from "parts/chip.js";
import { art, h } from "parts/dom.js";
import { Camera } from "call/camera.js";
import { cameraHelp } from "pages/customer/camera-help.js";

const READY = "curbstop-camera";

/** Whether this person has seen and allowed the camera already. */
export function cameraReady() {
  return sessionStorage.getItem(READY) === "ready";
}

export function rememberCamera() {
  sessionStorage.setItem(READY, "ready");
}

/** The card in the waiting room. @param {import("parts/page.js").Page} page */
export function cameraCheck(page) {
  const camera = new Camera();
  const video = h("video", { muted: true, playsinline: true, autoplay: true, label: "customer.camera.preview" });
  const place = h("section", { class: "card stack camera-check" });

  const draw = () => {
    const live = camera.video?.readyState === "live";
    const ready = cameraReady();
    place.replaceChildren(
      h("div", { class: "split" }, h("h2", { t: "customer.camera.title" }), ready && chip({ t: "customer.camera.ready", icon: "check", tone: "ok" })),
      ...(live
        ? [h("div", { class: "stage small-stage" }, video), h("p", { class: "small muted", t: "customer.camera.seen" }), button({ t: "customer.camera.stop", icon: "close", action: stop })]
        : ready
          ? [h("p", { class: "small muted", t: "customer.camera.ready.more" }), button({ t: "customer.camera.look", icon: "camera", action: start })]
          : [h("div", { class: "ask-row" }, art("camera"), h("p", { t: "customer.camera.why" })), button({ t: "customer.camera.try", icon: "camera", kind: "primary", size: "main", action: start })]),
      ...(camera.fault ? [note({ t: `customer.camera.${camera.fault}`, tone: "warn", icon: "video-off" }), button({ t: "customer.camera.help", kind: "quiet", action: (event) => attempt(event.currentTarget, () => cameraHelp(camera.fault ?? "refused", page)) })] : []),
    );
  };

  const start = async () => {
    if (await camera.start({ voice: false })) {
      rememberCamera();
      video.srcObject = camera.stream;
      draw();
      await video.play().catch(() => {}); // some in-app browsers draw nothing before play()
    } else draw();
  };

  const stop = () => {
    camera.stop();
    draw();
  };

  draw();
  return { element: place, leave: () => camera.stop() };
}

