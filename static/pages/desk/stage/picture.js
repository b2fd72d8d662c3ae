// The live picture, or the still both sides look at. What was seen last stays while the line is broken, dimmed.

import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import "parts/ink.js";
import { t } from "parts/words.js";
import { pixels } from "pages/desk/work.js";

/** @typedef {import("parts/ink.js").Ink} Ink */

/** @param {import("pages/desk/work-place.js").Bench} bench */
export function picture({ work, signal, desk }) {
  const video = h("video", { class: "live", playsinline: true, autoplay: true, label: "desk.live" });
  const last = h("canvas", { class: "last", hidden: true, "aria-hidden": "true" });
  const preview = h("img", { class: "preview", alt: "", hidden: true });
  const ink = /** @type {Ink} */ (h("cs-ink", { "role-name": "technician", hidden: true }));
  const away = button({ icon: "close", size: "icon", label: "desk.still.close", title: "desk.still.close", class: "button away", action: () => work.look(null) });
  const size = h("span", { class: "tag size number", hidden: true });
  const element = h("div", { class: "stage desk-stage" }, video, last, preview, ink, h("div", { class: "over size-line", data: { at: "top" } }, size, away));
  let shownId = "";
  let kept = "";
  let filmed = false;

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
      if (!call.stream) return keepLast();
      if (video.videoWidth && video.srcObject === call.stream) call.sees();
      if (video.srcObject !== call.stream) video.srcObject = call.stream;
      return play();
    };
    call.addEventListener("picture", follow, { signal });
    call.addEventListener("ink", (event) => onInk(/** @type {CustomEvent} */ (event).detail), { signal });
    call.addEventListener("pointer", (event) => onPointer(/** @type {CustomEvent} */ (event).detail), { signal });
    follow();
  };

  /** @param {any} frame */
  const onInk = (frame) => frame.still_id === shownId && ink.stroke({ ...frame, role: roleOf(frame.peer) });
  /** @param {any} frame */
  const onPointer = (frame) => frame.still_id === shownId && ink.pointAt(frame.peer, frame.x, frame.y, roleOf(frame.peer));
  /** @param {string} peer */
  const roleOf = (peer) => work.call?.room.state.participant(peer)?.role ?? "customer";

  ink.addEventListener("ink", (event) => shownId && work.call?.passing("ink", { still_id: shownId, .../** @type {CustomEvent} */ (event).detail }));
  ink.addEventListener("point", (event) => shownId && work.call?.passing("pointer", { still_id: shownId, .../** @type {CustomEvent} */ (event).detail }));
  ink.addEventListener("mark", (event) => {
    const mark = /** @type {CustomEvent} */ (event).detail;
    work.draw(shownId, mark).catch((error) => {
      ink.removeMark(mark.client_id);
      desk.page.toast.fault(error);
    });
  });
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
    drawStill();
    away.hidden = !shown || call !== null;
    size.hidden = !shown && !(call?.hasPicture && video.videoWidth);
    const dimensions = shown ? { width: shown.width, height: shown.height } : { width: video.videoWidth, height: video.videoHeight };
    const text = t(shown ? `desk.size.${shown.source}` : "desk.size.live", { width: String(dimensions.width), height: String(dimensions.height) });
    if (size.textContent !== text) size.textContent = text;
  };

  const drawStill = () => {
    const { shown } = work;
    ink.hidden = !shown;
    if (!shown) {
      shownId = "";
      return ink.removeAttribute("src");
    }
    if (shownId !== shown.id) {
      shownId = shown.id;
      ink.setAttribute("src", pixels(shown));
      ink.setAttribute("alt", t("desk.still.alt"));
    }
    return ink.setMarks(work.marksOf(shown.id));
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
  return { element, ink, draw };
}
