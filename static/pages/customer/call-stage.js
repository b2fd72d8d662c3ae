// What a call looks like on a phone: the picture whole, names and line above, the bar below; a still with its marks
// in place of the picture while both look at it; photos and chat in their own sheets.

import { button } from "parts/button.js";
import { chip } from "parts/chip.js";
import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";
import "parts/ink.js";
import { photoAdd } from "parts/photo.js";
import { drawnFrom } from "parts/redraw.js";
import "parts/tool-rail.js";
import { t } from "parts/words.js";
import { buzz } from "pages/customer/awake.js";
import { chime } from "pages/customer/sound.js";

/** @typedef {import("parts/ink.js").Ink} Ink */
/** @typedef {import("pages/customer/line.js").Line} Line */
/**
 * @typedef {{line: Line, chat: HTMLElement & {input: HTMLElement, draw: () => void}, page: import("parts/page.js").Page, technician: () => string,
 *   photos: {strip: () => HTMLElement & {leave: () => void}, take: (files: File[]) => void}, end: () => Promise<void>, camera: () => void}} StageParts
 */

const TONES = /** @type {Record<string, "ok" | "warn" | "bad">} */ ({ good: "ok", fair: "warn", poor: "bad", lost: "bad" });

/** @param {StageParts} parts */
export function callStage({ line, chat, page, technician, photos, end, camera }) {
  const own = h("video", { class: "own", muted: true, playsinline: true, autoplay: true, label: "customer.call.own_picture" });
  const other = h("video", { class: "other", playsinline: true, autoplay: true, "data-sound-only": true, label: "customer.call.their_picture" });
  const ink = /** @type {Ink} */ (h("cs-ink", { "role-name": "customer", hidden: true }));
  const top = h("div", { class: "call-top" });
  const middle = h("div", { class: "over", data: { at: "middle" }, "aria-live": "assertive" });
  const still = h("div", { class: "still-bar", hidden: true });
  const bar = h("div", { class: "call-bar", role: "toolbar", label: "customer.call.controls" });
  const drawer = h("div", { class: "drawer", hidden: true });
  const asked = h("section", { class: "asked", role: "status", hidden: true, label: "customer.call.asks" });
  const drawAsked = drawnFrom(asked);
  const strip = photos.strip();
  const [drawTop, drawOver, drawBar] = [drawnFrom(top), drawnFrom(middle), drawnFrom(bar)];

  const tools = /** @type {HTMLElement} */ (h("cs-tool-rail", { tools: "pointer pen" }));
  tools.append(button({ icon: "undo", label: "common.undo", action: () => line.undo(ink) }));
  tools.addEventListener("choose", (event) => ink.setAttribute("tool", /** @type {CustomEvent<string>} */ (event).detail));
  still.append(h("span", { class: "tag" }, icon("freeze"), h("span", { t: "customer.call.frozen" })), tools);
  for (const type of ["ink", "mark", "point"]) ink.addEventListener(type, (event) => line.draw(type, /** @type {CustomEvent} */ (event).detail));

  /** @param {"chat" | "photos" | null} what */
  const open = (what) => {
    const same = drawer.dataset["what"] === what;
    drawer.hidden = what === null || same;
    drawer.dataset["what"] = drawer.hidden ? "" : (what ?? "");
    if (drawer.hidden) return draw();
    const close = button({ icon: "close", size: "icon", kind: "quiet", label: "common.close", action: () => open(null) });
    drawer.replaceChildren(h("div", { class: "split" }, h("h2", { t: what === "chat" ? "common.chat" : "common.photos" }), close), what === "chat" ? chat : strip);
    if (what === "chat") {
      line.readAll();
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
    drawTop([line.here, technician(), line.quality], () => [
      h("div", { class: "tag" }, icon("person"), h("span", { text: line.here ? technician() : t("customer.call.coming", { technician: technician() }) })),
      h("div", { "aria-live": "polite" }, line.quality && line.quality !== "good" ? chip({ t: `common.quality.${line.quality}`, icon: "quality", tone: TONES[line.quality] }) : null),
    ]);
    drawMiddle(hasPicture);
    drawStill();
    drawRequest();
    const { hasTorch, torchOn, speaking, audio } = device;
    drawBar([hasPicture, hasTorch, torchOn, speaking, Boolean(audio), drawer.dataset["what"], line.unread], () => barButtons(hasPicture));
  };

  /** @param {boolean} hasPicture */
  const drawMiddle = (hasPicture) => {
    const word = line.freezing ? "customer.call.hold_still" : line.sending > 0 ? "common.photo.sending" : line.state === "lost" ? "common.banner.reconnecting" : line.interruption ? `customer.call.${line.interruption}` : null;
    root.toggleAttribute("data-dimmed", line.state === "lost");
    const asks = !hasPicture && !line.shown;
    drawOver([word, asks, Math.round(line.sending * 100)], () => [
      ...(word ? [h("span", { class: "tag big" }, icon(line.freezing ? "camera" : "again"), h("span", { t: word }), line.sending > 0 && h("span", { class: "number", text: `${Math.round(line.sending * 100)} %` }))] : []),
      ...(asks
        ? [h("div", { class: "no-picture" }, icon("video-off"), h("p", { t: "customer.call.no_picture" }), photoAdd({ t: "common.photo.take", capture: true, picked: photos.take }), button({ t: "customer.call.camera_on", icon: "video", action: camera }))]
        : []),
    ]);
  };

  let heard = "";
  /** What the technician has just asked for, in their words: a number on a button says nothing to somebody who holds a phone to a pipe. */
  const drawRequest = () => {
    const message = drawer.hidden ? line.asked : null;
    asked.hidden = !message;
    if (!message) return;
    const { client_id: id, text } = message;
    drawAsked([id, text], () => [
      h("p", { class: "small", text: technician() }),
      h("p", { class: "words", text }),
      h("div", { class: "cluster" },
        button({ t: "customer.call.photo", icon: "photo", action: () => (line.readAll(), open("photos")) }),
        button({ t: "customer.call.answer", icon: "chat", action: () => open("chat") }),
        button({ t: "customer.call.seen", icon: "check", kind: "primary", action: () => (line.readAll(), draw()) })),
    ]);
    if (heard === id) return;
    heard = id;
    buzz(60, 60, 60);
    void chime().catch(() => {});
  };

  const drawStill = () => {
    const { shown } = line;
    ink.hidden = !shown;
    still.hidden = !shown?.id; // the held picture cannot be drawn on before it is stored
    if (!shown) return ink.removeAttribute("src");
    root.dataset["still"] = shown.id;
    const src = shown.id ? page.api.picture(shown.url) : shown.url;
    if (ink.getAttribute("src") !== src) {
      ink.setAttribute("src", src);
      ink.setAttribute("alt", t("customer.call.frozen"));
    }
    ink.setMarks(line.marks);
  };

  /** @param {boolean} hasPicture @returns {HTMLElement[]} */
  const barButtons = (hasPicture) => {
    const { camera: device } = line;
    return [
      device.hasTorch && hasPicture ? button({ icon: "torch", t: "customer.call.torch", pressed: device.torchOn, action: async () => void (await device.torch(!device.torchOn)) }) : null,
      button({ icon: "photo", t: "customer.call.photo", pressed: drawer.dataset["what"] === "photos", action: () => open("photos") }),
      hasPicture ? button({ icon: "flip", t: "customer.call.flip", action: () => line.flip() }) : null,
      withBadge(button({ icon: "chat", t: "common.chat", pressed: drawer.dataset["what"] === "chat", action: () => open("chat") }), line.unread),
      device.audio ? button({ icon: device.speaking ? "mic" : "mic-off", t: device.speaking ? "customer.call.mute" : "customer.call.unmute", pressed: !device.speaking, action: () => line.speak(!device.speaking) }) : null,
      button({ icon: "end", t: "customer.call.end", kind: "danger", action: () => void end() }),
    ].filter((part) => part !== null);
  };

  const root = h("div", { class: "stage call-stage" }, own, ink, other, middle, top, h("div", { class: "call-low" }, silent, still, asked, drawer, bar));
  line.addEventListener("change", draw);
  line.addEventListener("messages", () => {
    if (drawer.dataset["what"] === "chat") line.readAll();
    draw();
  });
  line.addEventListener("ink", (event) => ink.stroke(/** @type {CustomEvent} */ (event).detail));
  line.addEventListener("pointer", (event) => {
    const { peer, x, y, role } = /** @type {CustomEvent} */ (event).detail;
    ink.pointAt(peer, x, y, role);
  });
  line.showsOn(own);
  draw();
  return {
    element: root,
    leave() {
      line.removeEventListener("change", draw);
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
