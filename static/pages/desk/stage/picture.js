// The desk's view of a call: the phone's picture, or the still both look at. What was seen last stays while the line is broken, dimmed.

import { callStage } from "call/stage.js";
import { button } from "parts/button.js";
import { ask } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { t } from "parts/words.js";
import { pixels } from "pages/desk/work.js";

const STEP = 1.5;

/** @param {import("pages/desk/work-place.js").Bench} bench */
export function picture({ work, signal, desk, keys }) {
  const video = h("video", { class: "live", playsinline: true, autoplay: true, label: "desk.live" });
  const last = h("canvas", { class: "last", hidden: true, "aria-hidden": "true" });
  const preview = h("img", { class: "preview", alt: "", hidden: true });
  /** @param {unknown} error */
  const fault = (error) => desk.page.toast.fault(error);
  const view = callStage("desk-stage", {
    role: "technician", video, layers: [last, preview], signal, fault, zoomsLive: true,
    shown: () => work.shown, marks: (still) => work.marksOf(still), src: pixels, alt: "desk.still.alt",
    draw: (still, mark) => work.draw(still, mark), liveOf: () => (work.call?.hasPicture ? (work.call.other?.peer ?? "") : ""),
  });
  const { element, ink, zoom } = view;
  const closer = button({ icon: "plus", size: "icon", label: "common.zoom.in", title: "common.zoom.in", "aria-keyshortcuts": "+", class: "button over-button", action: () => zoom.step(STEP) });
  const farther = button({ icon: "minus", size: "icon", label: "common.zoom.out", title: "common.zoom.out", "aria-keyshortcuts": "-", class: "button over-button", action: () => zoom.step(1 / STEP) });
  const remove = button({ icon: "trash", size: "icon", label: "common.still.delete", title: "common.still.delete", class: "button over-button", action: () => deleteStill() });
  const away = button({ icon: "close", size: "icon", label: "desk.still.close", title: "desk.still.close", class: "button over-button away", action: () => work.look(null) });
  const size = h("span", { class: "tag size number", hidden: true });
  element.append(h("div", { class: "over size-line", data: { at: "top" } }, farther, closer, remove, size, away));
  let kept = "";
  let filmed = false;

  const seen = () => Boolean(work.shown) || Boolean(work.call?.hasPicture);
  /** @param {() => void} act */
  const zooming = (act) => () => (seen() ? (act(), true) : false);
  keys.on("closer", zooming(() => zoom.step(STEP)), signal);
  keys.on("farther", zooming(() => zoom.step(1 / STEP)), signal);
  keys.on("whole", zooming(() => zoom.reset()), signal);

  const deleteStill = async () => {
    const { shown } = work;
    if (!shown) return;
    const answer = await ask({ t: "common.still.delete.title", text: "common.still.delete.text", actions: [{ value: "keep", t: "common.still.keep" }, { value: "delete", t: "common.still.delete", kind: "danger", icon: "trash" }] });
    if (answer === "delete") await work.deleteStill(shown.id);
  };

  const play = () => {
    // After a reload the browser may want a tap before it gives sound: picture first, the button comes with the notices.
    video.play().catch(() => {
      video.muted = true;
      void video.play().catch(() => {});
      work.call?.silenced(video);
    });
  };

  const keepLast = () => {
    if (!video.videoWidth) return;
    last.width = video.videoWidth;
    last.height = video.videoHeight;
    last.getContext("2d")?.drawImage(video, 0, 0);
    filmed = true;
  };

  // Once a second what is seen is kept, in case the next second brings nothing.
  const keeping = setInterval(() => work.call?.hasPicture && !video.paused && video.readyState >= 2 && keepLast(), 1000);

  const attach = () => {
    const { call } = work;
    if (!call) {
      video.srcObject = null;
      return;
    }
    call.frame = () => (video.videoWidth && call.hasPicture ? { source: video, width: video.videoWidth, height: video.videoHeight } : filmed ? { source: last, width: last.width, height: last.height } : null);
    const follow = () => {
      if (!call.remote) return keepLast();
      if (video.videoWidth && video.srcObject === call.remote) call.sees();
      if (video.srcObject !== call.remote) video.srcObject = call.remote;
      return play();
    };
    call.addEventListener("picture", follow, { signal });
    view.follow(call);
    follow();
  };

  ink.addEventListener("shown", () => {
    kept = "";
    draw();
  });

  const draw = () => {
    const { call, shown } = work;
    if (work.request?.erased_at) last.width = last.height = 0;
    const standing = call?.standing ?? "none";
    const broken = standing === "reconnecting" || standing === "absent" || (call !== null && call.interruption !== "none");
    const held = call?.freezing.held;
    if (held?.preview) kept = held.preview;
    else if (!shown && !call?.freezing.busy) kept = "";
    element.toggleAttribute("data-dimmed", broken && !shown);
    video.hidden = !call?.hasPicture;
    last.hidden = !call || Boolean(call.hasPicture) || !broken || !filmed;
    preview.hidden = !kept;
    if (kept && preview.src !== kept) preview.src = kept;
    view.draw();
    closer.hidden = farther.hidden = !seen();
    remove.hidden = !shown || !work.atWork || Boolean(work.request?.verdict?.still_ids.includes(shown.id));
    away.hidden = !shown || call !== null;
    size.hidden = !shown && !(call?.hasPicture && video.videoWidth);
    const dimensions = shown ? { width: shown.width, height: shown.height } : { width: video.videoWidth, height: video.videoHeight };
    const text = t(shown ? `desk.size.${shown.source}` : "desk.size.live", { width: String(dimensions.width), height: String(dimensions.height) });
    if (size.textContent !== text) size.textContent = text;
  };

  for (const type of ["resize", "playing", "loadeddata"]) {
    video.addEventListener(type, () => {
      if (video.videoWidth) work.call?.sees();
      draw();
    });
  }
  work.addEventListener("call", attach, { signal });
  signal.addEventListener("abort", () => {
    clearInterval(keeping);
    video.srcObject = null;
  });
  attach();
  return { element, ink, pointer: view.pointer, draw };
}
