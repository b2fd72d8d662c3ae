// How long to wait before trying again: a list of steps, each spread at random so that many clients of one
// server that came back do not all arrive at once.

export class Backoff {
  /** @param {number[]} steps milliseconds; the last is repeated @param {number} [spread] 0.5: ± 50 % @param {() => number} [random] */
  constructor(steps, spread = 0.5, random = Math.random) {
    this.steps = steps;
    this.spread = spread;
    this.random = random;
    this.tries = 0;
  }

  /** The next wait in milliseconds. */
  next() {
    const step = this.steps[Math.min(this.tries, this.steps.length - 1)] ?? 0;
    this.tries += 1;
    return step * (1 + this.spread * (2 * this.random() - 1));
  }

  reset() {
    this.tries = 0;
  }
}
