// While a call is on, the browser's back button asks before anything is left. The page's own entry in the history lies under
// one more that the call puts there; going back takes that one away, and it is put back at once.

/** @param {() => unknown} ask what going back means now; only asked, never done by itself @param {AbortSignal} signal the call is over */
export function stayInCall(ask, signal) {
  if (signal.aborted) return;
  const hold = () => history.pushState({ ...history.state, call: true }, "");
  if (!history.state?.call) hold();
  const back = (/** @type {PopStateEvent} */ event) => {
    if (event.state?.call) return; // something that lay over the call was closed
    hold();
    const open = /** @type {HTMLDialogElement | undefined} */ ([...document.querySelectorAll("dialog[open]")].at(-1));
    if (open) open.close("");
    else ask();
  };
  addEventListener("popstate", back, { signal });
  signal.addEventListener("abort", () => {
    if (history.state?.call) history.replaceState({ ...history.state, call: false }, "");
  });
}
