// What is done with the phone and the own microphone during a call. Made once: a button that is pressed stays focused.

import { button } from "parts/button.js";
import { setData, h } from "parts/dom.js";
import { write } from "parts/words.js";
import { askForPhoto } from "pages/desk/case/talk.js";
import { chooseMicrophone } from "pages/desk/stage/microphones.js";

/** @param {import("pages/desk/work-place.js").Bench} bench */
export function callTools(bench) {
  const { desk, keys, work, signal } = bench;
  const freeze = button({ icon: "freeze", t: "desk.freeze", kind: "primary", key: "F", class: "button freeze-button", action: () => work.call?.freezing.ask() });
  const live = button({ icon: "video", t: "desk.back_live", key: "Esc", action: () => work.look(null) });
  const torch = button({ icon: "torch", label: "desk.torch", title: "desk.torch", pressed: false, "aria-keyshortcuts": "T", action: () => lamp() });
  const photo = button({ icon: "photo", label: "desk.photo.ask", title: "desk.photo.ask", "aria-keyshortcuts": "P", action: () => askForPhoto(bench) });
  const mute = button({ icon: "mic", label: "desk.mute", title: "desk.mute", pressed: false, "aria-keyshortcuts": "M", action: () => toggle() });
  const choose = button({ icon: "down", label: "desk.mic.choose", title: "desk.mic.choose", "aria-keyshortcuts": "D", class: "button slim", action: () => chooseMicrophone(work.call) });
  const element = h("div", { class: "call-tools", role: "toolbar", label: "desk.tools" }, freeze, live, h("span", { class: "pair" }, mute, choose), torch, photo);

  const lamp = async () => {
    const { call } = work;
    const state = call?.other?.media_state?.torch;
    if (call && (state === "on" || state === "off")) await call.torch(state !== "on");
  };
  const toggle = () => {
    const microphone = work.call?.microphone;
    if (microphone && !microphone.toggle()) void microphone.start();
  };
  /** @param {() => unknown} act */
  const when = (act) => () => {
    if (!work.call) return false;
    Promise.resolve(act()).catch((error) => desk.page.toast.fault(error));
    return true;
  };
  keys.on("freeze", when(() => work.call?.freezing.ask()), signal);
  keys.on("live", () => {
    if (!work.shown) return false;
    work.look(null).catch((error) => desk.page.toast.fault(error));
    return true;
  }, signal);
  keys.on("torch", when(lamp), signal);
  keys.on("photo", when(() => askForPhoto(bench)), signal);
  keys.on("mute", when(toggle), signal);
  keys.on("microphone", when(() => void chooseMicrophone(work.call)), signal);

  const draw = () => {
    const { call } = work;
    element.hidden = !call;
    if (!call) return;
    const busy = call.freezing.busy;
    const able = call.room.line === "joined" && (Boolean(call.other?.here && ["on", undefined].includes(call.other.media_state?.camera)) || call.frame() !== null);
    disable(freeze, busy || !able);
    live.hidden = !work.shown;
    const light = call.other?.media_state?.torch ?? "absent";
    torch.hidden = light === "absent";
    torch.setAttribute("aria-pressed", String(light === "on"));
    disable(photo, call.room.line !== "joined");
    const { muted, live: speaking } = call.microphone;
    mute.setAttribute("aria-pressed", String(!speaking || muted));
    mute.querySelector("cs-icon")?.setAttribute("name", speaking && !muted ? "mic" : "mic-off");
    const key = speaking ? (muted ? "desk.unmute" : "desk.mute") : "desk.mic.allow";
    if (mute.dataset["tLabel"] !== key) {
      setData(mute, "tLabel", key);
      setData(mute, "tTitle", key);
      write(mute);
    }
  };
  return { element, draw };
}

/** @param {HTMLElement} element @param {boolean} off */
function disable(element, off) {
  if (off) element.setAttribute("aria-disabled", "true");
  else element.removeAttribute("aria-disabled");
}
