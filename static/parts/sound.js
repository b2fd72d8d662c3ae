// Soft sounds made on the spot, a few notes each. Silent as long as the browser has not seen a tap or key on this page.

/** @type {AudioContext | null} */
let context = null;

/**
 * @param {number[]} notes in hertz, one after the other
 * @param {{loud?: number, apart?: number}} [options] loudness 0–1; seconds between two notes
 */
export async function chime(notes, { loud = 0.12, apart = 0.16 } = {}) {
  if (!navigator.userActivation?.hasBeenActive) return;
  context ??= new AudioContext();
  await context.resume();
  const { currentTime: now } = context;
  for (const [index, pitch] of notes.entries()) {
    const at = now + index * apart;
    const tone = context.createOscillator();
    const loudness = context.createGain();
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0, at);
    loudness.gain.linearRampToValueAtTime(loud, at + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.0005, at + 0.5);
    tone.connect(loudness).connect(context.destination);
    tone.start(at);
    tone.stop(at + 0.55);
  }
}
