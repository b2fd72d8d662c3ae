// Where the person is on this page: the route, or one task. In the address, so that Back and a reload work.

export class Places extends EventTarget {
  constructor() {
    super();
    addEventListener("popstate", () => this.dispatchEvent(new Event("change")));
  }

  /** The task shown; empty on the route. */
  get task() {
    return new URLSearchParams(location.hash.slice(1)).get("task") ?? "";
  }

  /** @param {string} task */
  open(task) {
    history.pushState({ inside: true }, "", `#task=${task}`);
    this.dispatchEvent(new Event("change"));
  }

  /** Back to the route, by history where there is one. */
  back() {
    if (history.state?.inside) history.back();
    else this.home();
  }

  home() {
    history.replaceState(null, "", location.pathname + location.search);
    this.dispatchEvent(new Event("change"));
  }
}
