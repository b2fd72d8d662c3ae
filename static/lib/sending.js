// How a stream is sent: in which codec, and how much of it.

const FRAMES_PER_SECOND = 5;

/** Offers the codecs named first before the others. @param {RTCRtpTransceiver} transceiver @param {string[]} first media types */
export function preferCodecs(transceiver, first) {
  const known = globalThis.RTCRtpSender?.getCapabilities?.("video")?.codecs;
  if (!known || !transceiver.setCodecPreferences) return;
  const rank = (/** @type {{mimeType: string}} */ codec) => {
    const found = first.findIndex((type) => type.toLowerCase() === codec.mimeType.toLowerCase());
    return found < 0 ? first.length : found;
  };
  transceiver.setCodecPreferences([...known].sort((a, b) => rank(a) - rank(b)));
}

/** Sends at all, and with a few frames a second only. @param {RTCRtpSender | undefined} sender @param {boolean} active @param {boolean} slow */
export function limit(sender, active, slow) {
  const parameters = sender?.getParameters();
  const encoding = parameters?.encodings?.[0];
  if (!sender || !parameters || !encoding) return;
  encoding.active = active;
  if (slow) encoding.maxFramerate = FRAMES_PER_SECOND;
  else delete encoding.maxFramerate;
  sender.setParameters(parameters).catch(() => undefined);
}
