// Reads a barcode or a QR code with the camera, where the browser can; elsewhere the number is typed.

import { h } from "parts/dom.js";
import { sheet } from "parts/dialog.js";

const LOOK_EVERY_MS = 200;

/** Whether this device can read codes. */
export function canScan() {
  return "BarcodeDetector" in globalThis && Boolean(navigator.mediaDevices?.getUserMedia);
}

/** @returns {Promise<string | null>} what stands in the first code that is seen; null: the person typed on */
export async function scan() {
  const video = h("video", { class: "form-scan", playsinline: true, muted: true, label: "form.scan" });
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const detector = new /** @type {any} */ (globalThis).BarcodeDetector();
  /** @type {string | null} */
  let read = null;
  video.srcObject = stream;
  void video.play();
  const looking = setInterval(async () => {
    const [code] = await detector.detect(video).catch(() => []);
    if (!code || read) return;
    read = String(code.rawValue).trim();
    navigator.vibrate?.(40);
    video.closest("dialog")?.close("");
  }, LOOK_EVERY_MS);
  try {
    await sheet({ t: "form.scan", body: [h("p", { class: "muted", t: "form.scan.hint" }), video], actions: [{ value: "", t: "form.scan.type" }] });
  } finally {
    clearInterval(looking);
    for (const track of stream.getTracks()) track.stop();
  }
  return read;
}
