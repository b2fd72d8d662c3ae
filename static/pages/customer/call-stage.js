// What a call looks like on a phone: the picture whole, names and line above, the bar below; a still with its marks
// in place of the picture while both look at it; photos and chat in their own sheets.

import { qualityChip } from "call/quality-chip.js";
import { callStage as sharedStage } from "call/stage.js";
import { buzz } from "parts/awake.js";
import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";
import { photoAdd } from "parts/photo.js";
import { drawnFrom } from "parts/redraw.js";
import { chime } from "parts/sound.js";
import "parts/tool-rail.js";
import { t } from "parts/words.js";

/** @typedef {import("call/phone-end.js").PhoneEnd} PhoneEnd */
/**
 * @typedef {{line: PhoneEnd, unread: import("call/unread.js").Unread, chat: HTMLElement & {input: HTMLElement, draw: () => void}, page: import("parts/page.js").Page, technician: () => string,
 *   photos: {strip: () => HTMLElement & {leave: () => void}, take: (files: File[]) => void}, end: () => Promise<void>, camera: () => void}} StageParts
 */

const ASKS = [659.25, 523.25]; // E5, C5 in hertz: two notes, falling

/** @param {StageParts} parts */
export function callStage({ line, unread, chat, page, technician, photos, end, camera }) {
  const own = h("video", { class: "own", muted: true, playsinline: true, autoplay: true, label: "customer.call.own_picture" });
  const other = h("video", { class: "other", playsinline: true, autoplay: true, "data-sound-only": true, label: "customer.call.their_picture" });
  const gone = new AbortController();
  const view = sharedStage("call-stage", {
    role: "customer", video: own, signal: gone.signal, fault: (error) => page.toast.fault(error),
    shown: () => line.looking, marks: (still) => line.room.state.marksOf(still), src: (still) => page.api.picture(still.url), alt: "customer.call.frozen",
    draw: (still, mark) => line.mark(still, mark), liveOf: () => line.room.state.me, mirrored: () => line.camera.facing === "user",
  });
  const { element: root, ink } = view;
  const top = h("div", { class: "call-top" });
  const middle = h("div", { class: "over", data: { at: "middle" }, "aria-live": "assertive" });
  const still = h("div", { class: "still-bar", hidden: true });
  const bar = h("div", { class: "call-bar", role: "toolbar", label: "customer.call.controls" });
  const drawer = h("div", { class: "drawer", hidden: true });
  const asked = h("section", { class: "asked", role: "status", hidden: true, label: "customer.call.asks" });
  const drawAsked = drawnFrom(asked);
  const strip = photos.strip();
  const [drawTop, drawOver, drawBar] = [drawnFrom(top), drawnFrom(middle), drawnFrom(bar)];

  const undo = async () => {
    const mark = ink.newest();
    if (mark?.id) await line.undo(mark.id);
  };
  const tools = /** @type {HTMLElement} */ (h("cs-tool-rail", { tools: "pointer pen" }));
  tools.append(button({ icon: "undo", label: "common.undo", action: undo }));
  tools.addEventListener("choose", (event) => ink.setAttribute("tool", /** @type {CustomEvent<string>} */ (event).detail));
  still.append(h("span", { class: "tag" }, icon("freeze"), h("span", { t: "customer.call.frozen" })), tools);

  /** @param {"chat" | "photos" | null} what */
  const open = (what) => {
    const same = drawer.dataset["what"] === what;
    drawer.hidden = what === null || same;
    drawer.dataset["what"] = drawer.hidden ? "" : (what ?? "");
    if (drawer.hidden) return draw();
    const close = button({ icon: "close", size: "icon", kind: "quiet", label: "common.close", action: () => open(null) });
    drawer.replaceChildren(h("div", { class: "split" }, h("h2", { t: what === "chat" ? "common.chat" : "common.photos" }), close), what === "chat" ? chat : strip);
    if (what === "chat") {
      unread.see();
      chat.draw();
    }
    draw();
  };

  // Without a tap on this page, as after a reload, a browser may keep the sound back until there is one.
  const hear = () => other.play().then(() => (silent.hidden = true), () => (silent.hidden = false));
  const silent = button({ t: "customer.call.sound_on", icon: "mic", action: hear, hidden: true });

  const draw = () => {
    const { camera: device } = line;
    const hasPicture = device.video?.readyState === "live";
    if (hasPicture && own.srcObject !== device.stream) {
      own.srcObject = device.stream;
      void own.play().catch(() => {});
    }
    own.hidden = !hasPicture;
    own.dataset["mirror"] = String(device.facing === "user");
    if (line.remote && other.srcObject !== line.remote) {
      other.srcObject = line.remote;
      void hear();
    }
    // Not `hidden`: sound must go on where there is no picture.
    other.toggleAttribute("data-sound-only", !line.remote?.getVideoTracks().some((track) => track.readyState === "live"));
    const { ownLevel } = line;
    const coming = !line.here && line.state !== "lost"; // without a line of our own nothing is known of theirs
    drawTop([coming, technician(), ownLevel], () => [
      h("div", { class: "tag" }, icon("person"), h("span", { text: coming ? t("customer.call.coming", { technician: technician() }) : technician() })),
      h("div", { "aria-live": "polite" }, ownLevel && ownLevel !== "good" ? qualityChip(ownLevel) : null),
    ]);
    drawMiddle(hasPicture);
    drawStill();
    drawRequest();
    const { hasTorch, torchOn, speaking, audio } = device;
    drawBar([hasPicture, hasTorch, torchOn, speaking, Boolean(audio), drawer.dataset["what"], unread.count], () => barButtons(hasPicture));
  };

  /** @param {boolean} hasPicture */
  const drawMiddle = (hasPicture) => {
    const { freezing } = line;
    const word = freezing.state === "taking" ? "customer.call.hold_still" : freezing.part > 0 ? "common.photo.sending" : line.state === "lost" ? "common.banner.reconnecting" : line.interruption ? `customer.call.${line.interruption}` : null;
    root.toggleAttribute("data-dimmed", line.state === "lost");
    const asks = !hasPicture && !line.looking;
    drawOver([word, asks, Math.round(freezing.part * 100)], () => [
      ...(word ? [h("span", { class: "tag big" }, icon(freezing.state === "taking" ? "camera" : "again"), h("span", { t: word }), freezing.part > 0 && h("span", { class: "number", text: `${Math.round(freezing.part * 100)} %` }))] : []),
      ...(asks
        ? [h("div", { class: "no-picture" }, icon("video-off"), h("p", { t: "customer.call.no_picture" }), photoAdd({ t: "common.photo.take", capture: true, picked: photos.take }), button({ t: "customer.call.camera_on", icon: "video", action: camera }))]
        : []),
    ]);
  };

  let heard = "";
  /** What the technician has just asked for, in their words: a number on a button says nothing to somebody who holds a phone to a pipe. */
  const drawRequest = () => {
    const message = drawer.hidden ? unread.newest : null;
    asked.hidden = !message;
    if (!message) return;
    const { client_id: id, text } = message;
    drawAsked([id, text], () => [
      h("p", { class: "small", text: technician() }),
      h("p", { class: "words", text }),
      h("div", { class: "cluster" },
        button({ t: "customer.call.photo", icon: "photo", action: () => (unread.see(), open("photos")) }),
        button({ t: "customer.call.answer", icon: "chat", action: () => open("chat") }),
        button({ t: "customer.call.seen", icon: "check", kind: "primary", action: () => (unread.see(), draw()) })),
    ]);
    if (heard === id) return;
    heard = id;
    buzz(60, 60, 60);
    void chime(ASKS).catch(() => {});
  };

  const drawStill = () => {
    const { looking } = line;
    still.hidden = !looking?.id; // the held picture cannot be drawn on before it is stored
    if (looking) root.dataset["still"] = looking.id;
    view.draw();
  };

  /** @param {boolean} hasPicture @returns {HTMLElement[]} */
  const barButtons = (hasPicture) => {
    const { camera: device } = line;
    return [
      device.hasTorch && hasPicture ? button({ icon: "torch", t: "customer.call.torch", pressed: device.torchOn, action: async () => void (await device.torch(!device.torchOn)) }) : null,
      button({ icon: "photo", t: "customer.call.photo", pressed: drawer.dataset["what"] === "photos", action: () => open("photos") }),
      hasPicture ? button({ icon: "flip", t: "customer.call.flip", action: () => line.flip() }) : null,
      withBadge(button({ icon: "chat", t: "common.chat", pressed: drawer.dataset["what"] === "chat", action: () => open("chat") }), unread.count),
      device.audio ? button({ icon: device.speaking ? "mic" : "mic-off", t: device.speaking ? "customer.call.mute" : "customer.call.unmute", pressed: !device.speaking, action: () => line.speak(!device.speaking) }) : null,
      button({ icon: "end", t: "customer.call.end", kind: "danger", action: () => void end() }),
    ].filter((part) => part !== null);
  };

  root.append(other, middle, top, h("div", { class: "call-low" }, silent, still, asked, drawer, bar));
  for (const type of ["change", "shown", "marks"]) line.addEventListener(type, draw, { signal: gone.signal });
  line.addEventListener("messages", () => {
    if (drawer.dataset["what"] === "chat") unread.see();
    draw();
  }, { signal: gone.signal });
  view.follow(line);
  line.video = own;
  draw();
  return {
    element: root,
    leave() {
      gone.abort();
      strip.leave();
      own.srcObject = other.srcObject = null;
    },
  };
}

/** @param {HTMLElement} element @param {number} count */
function withBadge(element, count) {
  if (count > 0) element.append(h("span", { class: "badge number", text: count }));
  return element;
}
