// Which microphone, and whether it hears: a choice with a level beside it.

import { ask } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { field } from "parts/field.js";
import { t } from "parts/words.js";

/** @param {import("call/desk-end.js").DeskEnd | null} call */
export async function chooseMicrophone(call) {
  if (!call) return;
  const { microphone } = call;
  if (!microphone.live) await microphone.start();
  const devices = await microphone.devices();
  const current = microphone.track?.getSettings().deviceId;
  const select = h("select", { class: "input", on: { change: (event) => void microphone.choose(event.target.value) } },
    devices.map((device, index) => h("option", { value: device.deviceId, selected: device.deviceId === current, text: device.label || t("desk.mic.number", { number: index + 1 }) })));
  const meter = h("meter", { min: 0, max: 1, low: 0.02, value: 0, label: "desk.mic.level" });
  const stop = listen(microphone, meter);
  await ask({
    t: "desk.mic.choose",
    body: [devices.length ? field({ t: "desk.mic.device", name: "microphone", input: select }) : h("p", { t: "desk.mic.absent" }), h("div", { class: "level" }, h("span", { t: "desk.mic.level" }), meter)],
    actions: [{ value: "done", t: "common.done", kind: "primary" }],
  });
  stop();
}

/** Shows how loud the microphone is. @param {import("call/microphone.js").Microphone} microphone @param {HTMLMeterElement} meter */
function listen(microphone, meter) {
  const context = new AudioContext();
  const ear = context.createAnalyser();
  const samples = new Float32Array(ear.fftSize);
  /** @type {MediaStreamTrack | null} */
  let heard = null;
  const timer = setInterval(() => {
    if (microphone.track && microphone.track !== heard) {
      heard = microphone.track;
      context.createMediaStreamSource(new MediaStream([heard])).connect(ear);
    }
    ear.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    meter.value = Math.min(1, Math.sqrt(power) * 4);
  }, 100);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}
