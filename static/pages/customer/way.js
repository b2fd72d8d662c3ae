// The way through the screens as the browser's own back button knows it: every screen, and every step of the guide, is
// an entry; what lies above a screen sees to itself (`parts/sheet-entries.js`). Going back asks the screen what that
// means; where it means nothing (the first screen, a request that is over), the page is left as a page is.

/** @typedef {{back?: () => unknown}} Place */

export class Way {
  /** @param {() => Place | null} here the screen that is shown */
  constructor(here) {
    this.here = here;
    this.depth = Number(history.state?.depth ?? 0);
    this.going = false;
    history.replaceState({ depth: this.depth }, "");
    addEventListener("popstate", (event) => this.popped(Number(event.state?.depth ?? 0)));
  }

  /** A further screen is shown; the one that going back leads to is not. */
  step() {
    if (this.going) return;
    this.depth += 1;
    history.pushState({ depth: this.depth }, "");
  }

  /** @param {number} depth */
  popped(depth) {
    const back = depth < this.depth;
    this.depth = depth;
    if (!back) return; // forward leads nowhere: what comes next, the person says on the page
    const place = this.here();
    if (!place?.back) return history.go(-1 - depth);
    this.going = true;
    const asks = place.back();
    this.going = false;
    if (asks instanceof Promise) this.step(); // it only asked: the screen is still there
  }
}
