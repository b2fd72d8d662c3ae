// How a stream is sent: in which codec, and how much of it.

const FRAMES_PER_SECOND = 5;

/** What a call speaks (docs/protocol.md section 6). What else a browser could do would only make every m-line longer: with eight people
 * in a call, an offer of all of it is as long as the room lets an offer be. */
const SPOKEN = new Set(["video/vp8", "video/h264", "video/rtx", "audio/opus"]);

/**
 * Offers the codecs that calls use and no others, those named first before the rest.
 * @param {RTCRtpTransceiver} transceiver @param {"audio" | "video"} kind @param {string[]} [first] media types
 */
export function offerCodecs(transceiver, kind, first = []) {
  const side = transceiver.direction === "recvonly" ? globalThis.RTCRtpReceiver : globalThis.RTCRtpSender;
  const spoken = spokenOf(side?.getCapabilities?.(kind)?.codecs ?? []);
  if (!spoken.length || !transceiver.setCodecPreferences) return;
  const rank = (/** @type {{mimeType: string}} */ codec) => {
    const found = first.findIndex((type) => type.toLowerCase() === codec.mimeType.toLowerCase());
    return found < 0 ? first.length : found;
  };
  transceiver.setCodecPreferences(spoken.sort((a, b) => rank(a) - rank(b)));
}

/** @param {RTCRtpCodec[]} known @returns {RTCRtpCodec[]} those of `known` that calls use; none where it has only a repair format of them */
function spokenOf(known) {
  const spoken = known.filter((codec) => SPOKEN.has(codec.mimeType.toLowerCase()));
  // Every profile of H.264 comes a second time for senders that cannot split a picture over packets: none of those is a browser.
  const split = spoken.some((codec) => isH264(codec) && splits(codec));
  const kept = spoken.filter((codec) => !split || !isH264(codec) || splits(codec));
  return kept.some((codec) => !codec.mimeType.endsWith("/rtx")) ? kept : [];
}

/** @param {RTCRtpCodec} codec */
function isH264(codec) {
  return codec.mimeType.toLowerCase() === "video/h264";
}

/** @param {RTCRtpCodec} codec */
function splits(codec) {
  return codec.sdpFmtpLine?.includes("packetization-mode=1") ?? false;
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
