// Keeps the screen on while someone waits or talks. The lock is lost whenever the page is hidden, so it is asked for
// again when it is seen; where there is none, nothing happens.

/** A short tremble, where the person has touched the page before (browsers allow it only then). @param {...number} pattern */
export function buzz(...pattern) {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(pattern);
}

export class Awake {
  constructor() {
    this.wanted = false;
    /** @type {WakeLockSentinel | null} */
    this.lock = null;
    this.again = () => void this.acquire();
  }

  async hold() {
    this.wanted = true;
    document.addEventListener("visibilitychange", this.again);
    await this.acquire();
  }

  async acquire() {
    if (!this.wanted || document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
    try {
      this.lock = await navigator.wakeLock.request("screen");
      if (!this.wanted) await this.lock.release();
    } catch {
      this.lock = null; // low battery, or a policy: the screen may go dark, the call stays
    }
  }

  async release() {
    this.wanted = false;
    document.removeEventListener("visibilitychange", this.again);
    await this.lock?.release().catch(() => {});
    this.lock = null;
  }
}
