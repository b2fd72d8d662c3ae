// A still at the best this phone can do: the camera's own photo where ImageCapture gives one in time, else the
// frame that the video shows. A small preview goes ahead of it.

import { encode } from "parts/picture.js";

/** @typedef {{blob: Blob, width: number, height: number, source: "capture" | "canvas"}} Still */

const PHOTO_MS = 2500; // the room waits four seconds for a word
const PREVIEW_BYTES = 24_000;
const SENDABLE = ["image/jpeg", "image/png"];

/** @param {HTMLVideoElement} video @param {MediaStreamTrack} track @returns {Promise<Still>} */
export async function takeStill(video, track) {
  const frame = encode(video, video.videoWidth, video.videoHeight, 4096, 0.95); // taken now: the moment that was asked for
  const photo = await takePhoto(track).catch(() => null);
  const cut = { ...(await frame), source: /** @type {const} */ ("canvas") };
  return photo && photo.width * photo.height >= cut.width * cut.height ? photo : cut;
}

/** @param {MediaStreamTrack} track @returns {Promise<Still | null>} */
async function takePhoto(track) {
  const Capture = /** @type {any} */ (globalThis).ImageCapture;
  if (!Capture || track.readyState !== "live" || track.muted) return null;
  /** @type {Blob | null} */
  const blob = await Promise.race([new Capture(track).takePhoto(), new Promise((resolve) => setTimeout(resolve, PHOTO_MS, null))]);
  if (!blob) return null;
  const bitmap = await createImageBitmap(blob, { imageOrientation: "from-image" });
  try {
    const { width, height } = bitmap;
    if (SENDABLE.includes(blob.type)) return { blob, width, height, source: "capture" };
    return { ...(await encode(bitmap, width, height, Infinity, 0.95)), source: "capture" };
  } finally {
    bitmap.close();
  }
}

/** A data URL small enough for a frame of the room. @param {Blob} blob @returns {Promise<string | undefined>} */
export async function preview(blob) {
  const bitmap = await createImageBitmap(blob, { imageOrientation: "from-image" });
  try {
    for (const [longest, quality] of /** @type {const} */ ([[480, 0.6], [320, 0.5], [200, 0.4]])) {
      const url = await dataUrl((await encode(bitmap, bitmap.width, bitmap.height, longest, quality)).blob);
      if (url.length <= PREVIEW_BYTES) return url;
    }
    return undefined;
  } finally {
    bitmap.close();
  }
}

/** @param {Blob} blob @returns {Promise<string>} */
function dataUrl(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
