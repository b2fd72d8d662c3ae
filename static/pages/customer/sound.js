// One soft sound when the technician asks for something: two notes, falling. Silent as long as the browser has not seen a
// tap on this page.

const NOTES = [659.25, 523.25]; // E5, C5 in hertz

/** @type {AudioContext | null} */
let context = null;

export async function chime() {
  if (!navigator.userActivation?.hasBeenActive) return;
  context ??= new AudioContext();
  const { currentTime: now } = context;
  await context.resume();
  for (const [index, pitch] of NOTES.entries()) {
    const at = now + index * 0.16;
    const tone = context.createOscillator();
    const loudness = context.createGain();
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0, at);
    loudness.gain.linearRampToValueAtTime(0.12, at + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.0005, at + 0.5);
    tone.connect(loudness).connect(context.destination);
    tone.start(at);
    tone.stop(at + 0.55);
  }
}
