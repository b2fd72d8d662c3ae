// Pictures on their way out: re-encoded here, so that a phone's own format (HEIC) becomes JPEG, turned upright,
// and without the place and time that a camera writes into its files. The pixels stay the phone's own.

/** @typedef {{blob: Blob, width: number, height: number}} Picture */

const LONGEST = 4096;
const QUALITY = 0.92;

/** The file could not be opened as a picture. */
export class Unreadable extends Error {
  code = "photo_unreadable";
}

/** @param {Blob} file @returns {Promise<Picture>} JPEG */
export async function prepare(file) {
  const bitmap = await decode(file);
  try {
    return await encode(bitmap, bitmap.width, bitmap.height);
  } finally {
    bitmap.close();
  }
}

/** @param {Blob} file @returns {Promise<ImageBitmap>} */
async function decode(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new Unreadable();
  }
}

/**
 * @param {CanvasImageSource} source @param {number} width @param {number} height @param {number} [longest] @param {number} [quality]
 * @returns {Promise<Picture>}
 */
export async function encode(source, width, height, longest = LONGEST, quality = QUALITY) {
  const scale = Math.min(1, longest / Math.max(width, height));
  const size = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  const canvas = document.createElement("canvas");
  Object.assign(canvas, size);
  const pen = canvas.getContext("2d", { alpha: false });
  if (!pen) throw new Unreadable();
  pen.imageSmoothingQuality = "high";
  pen.drawImage(source, 0, 0, size.width, size.height);
  /** @type {Blob | null} */
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
  canvas.width = canvas.height = 0; // gives the memory back at once on iOS
  if (!blob) throw new Unreadable();
  return { blob, ...size };
}
