// One soft sound, made on the spot: two notes, a fifth apart, when somebody new waits. Off if the person says so, and
// silent as long as the browser has not seen a tap or key on this page.

const OFF = "curbstop-desk-sound";
const NOTES = [523.25, 783.99]; // C5, G5 in hertz

class Sounds {
  /** @type {AudioContext | null} */
  context = null;

  get on() {
    return localStorage.getItem(OFF) !== "off";
  }

  /** @param {boolean} on */
  set on(on) {
    localStorage.setItem(OFF, on ? "on" : "off");
  }

  async arrival() {
    if (!this.on || !navigator.userActivation?.hasBeenActive) return;
    this.context ??= new AudioContext();
    const { context } = this;
    await context.resume();
    NOTES.forEach((pitch, index) => {
      const at = context.currentTime + index * 0.14;
      const tone = context.createOscillator();
      const loudness = context.createGain();
      tone.frequency.value = pitch;
      loudness.gain.setValueAtTime(0, at);
      loudness.gain.linearRampToValueAtTime(0.08, at + 0.02);
      loudness.gain.exponentialRampToValueAtTime(0.0005, at + 0.5);
      tone.connect(loudness).connect(context.destination);
      tone.start(at);
      tone.stop(at + 0.55);
    });
  }
}

export const sounds = new Sounds();
