// What the picture cannot say: connecting, ringing, the phone is hidden, a telephone call, no camera, the freeze on its way.

import { button } from "parts/button.js";
import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";
import { drawnFrom } from "parts/redraw.js";
import { t } from "parts/words.js";
import { askForPhoto } from "pages/desk/case/talk.js";
import { ticking } from "pages/desk/ticker.js";

const ICONS = /** @type {Record<string, string>} */ ({ connecting: "again", reconnecting: "again", ringing: "phone", absent: "offline", no_camera: "video-off" });
const FREEZE_ICONS = /** @type {Record<string, string>} */ ({ asked: "freeze", held: "camera", cutting: "upload", failed: "alert" });

/** @param {import("pages/desk/work-place.js").Bench} bench */
export function notices(bench) {
  const { work } = bench;
  const middle = h("div", { class: "over", data: { at: "middle" }, role: "status" });
  const bottom = h("div", { class: "over stack-over", data: { at: "bottom" }, role: "status" });
  const drawMiddle = drawnFrom(middle);
  const drawBottom = drawnFrom(bottom);

  const draw = () => {
    const { call, shown } = work;
    const held = Boolean(shown);
    const name = work.request?.contact.name;
    drawMiddle(call && [call.standing, call.freezing.state, call.freezing.reason, Math.round(call.freezing.part * 20), held, call.other?.media_state?.camera, name, work.request?.call?.accepted_at], () => centre(bench));
    const { microphone, other } = call ?? {};
    drawBottom(call && [call.room.line, call.interruption, microphone?.device, microphone?.asking, microphone?.declined, microphone?.live, held, Boolean(call.quiet), other?.here, name], () => foot(bench));
  };
  return { elements: [middle, bottom], draw };
}

/** @param {import("pages/desk/work-place.js").Bench} bench @returns {HTMLElement[]} */
function centre(bench) {
  const { call, request, shown } = bench.work;
  if (!call || !request) return [];
  const { standing, freezing } = call;
  if (freezing.state !== "idle") return [freezeWord(bench)];
  if (standing === "live" || shown) return [];
  const name = request.contact.name || t("desk.someone");
  const since = standing === "ringing" && request.call ? ticking(Date.parse(request.call.accepted_at)) : null;
  const camera = call.other?.media_state?.camera;
  const more = standing === "no_camera" ? `desk.standing.no_camera.${camera === "refused" || camera === "failed" || camera === "off" ? camera : "more"}` : `desk.standing.${standing}.more`;
  return [
    h("div", { class: "standing", data: { standing } },
      icon(ICONS[standing] ?? "info"),
      h("b", { t: `desk.standing.${standing}`, params: { name } }), since,
      h("p", { t: more, params: { name } }),
      standing === "no_camera" && button({ icon: "photo", t: "desk.photo.ask", key: "P", action: () => askForPhoto(bench) })),
  ];
}

/** @param {import("pages/desk/work-place.js").Bench} bench */
function freezeWord({ work }) {
  const freezing = /** @type {import("call/desk-end.js").DeskEnd} */ (work.call).freezing;
  const { state, held, reason, part } = freezing;
  const params = { width: String(held?.width ?? ""), height: String(held?.height ?? ""), percent: Math.round(part * 100) };
  const key = state === "failed" ? `desk.freeze.failed.${reason}` : `desk.freeze.${state}`;
  const text = state === "failed" && t(key) === key ? "desk.freeze.failed" : key;
  const bar = state === "cutting" ? h("progress", { max: 1, value: part, label: "desk.freeze.sending" }) : state === "held" || state === "asked" ? h("progress", { label: "desk.freeze.sending" }) : null;
  return h("div", { class: "tag big freeze", data: { state } }, icon(FREEZE_ICONS[state] ?? "freeze"), h("span", { t: text, params }), bar,
    state === "failed" && button({ t: "common.retry", size: undefined, action: () => freezing.ask() }),
    state === "failed" && button({ icon: "close", size: "icon", kind: "quiet", label: "common.close", title: "common.close", action: () => freezing.become("idle") }));
}

/** @param {import("pages/desk/work-place.js").Bench} bench @returns {HTMLElement[]} */
function foot({ work }) {
  const { call } = work;
  if (!call) return [];
  const lines = [];
  const joined = call.room.line === "joined";
  if (!joined && work.shown) lines.push(h("span", { class: "tag" }, icon("again"), h("span", { t: "desk.standing.reconnecting" })));
  if (joined && call.interruption !== "none") lines.push(h("span", { class: "tag warn" }, icon(call.interruption === "hidden" ? "video-off" : "phone"), h("span", { t: `desk.interruption.${call.interruption}` })));
  if (joined && call.other && !call.other.here && work.shown) lines.push(h("span", { class: "tag warn" }, icon("offline"), h("span", { t: "desk.standing.absent", params: { name: work.request?.contact.name || t("desk.someone") } })));
  if (call.quiet) lines.push(h("span", { class: "tag warn" }, icon("mic-off"), h("span", { t: "desk.quiet" }), button({ t: "desk.quiet.on", action: () => call.hear() })));
  const mic = microphoneLine(call);
  if (mic) lines.push(mic);
  return lines;
}

/** @param {import("call/desk-end.js").DeskEnd} call */
function microphoneLine({ microphone }) {
  if (microphone.live || microphone.declined) return null;
  if (microphone.asking) return h("span", { class: "tag" }, icon("mic"), h("span", { t: "desk.mic.asking" }));
  const { device } = microphone;
  return h("div", { class: "tag mic-ask" }, icon("mic-off"), h("span", { t: `desk.mic.${device}` }),
    device !== "absent" && button({ t: device === "off" ? "desk.mic.allow" : "common.retry", kind: "primary", action: () => microphone.start() }),
    button({ t: "desk.mic.without", kind: "quiet", action: () => microphone.decline() }));
}
