// One soft sound when somebody new waits: two notes, a fifth apart. Off if the person says so.

import { chime } from "parts/sound.js";

const OFF = "curbstop-desk-sound";
const NOTES = [523.25, 783.99]; // C5, G5 in hertz

class Sounds {
  get on() {
    return localStorage.getItem(OFF) !== "off";
  }

  /** @param {boolean} on */
  set on(on) {
    localStorage.setItem(OFF, on ? "on" : "off");
  }

  async arrival() {
    if (this.on) await chime(NOTES, { loud: 0.08, apart: 0.14 });
  }
}

export const sounds = new Sounds();
