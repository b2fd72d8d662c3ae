// What lies above a page is an entry of the history: the phone's back button closes the sheet, not the page. Whoever
// opened it goes on once its entry is gone, so that what comes next, a screen or a further sheet, has a clean way back.

/** @typedef {{dialog: HTMLDialogElement, firm: boolean, own: boolean, number: number, under: string}} Entry */

/** A browser that never tells of a step back must not keep anybody waiting. */
const PATIENCE_MS = 1000;

/** @type {Entry[]} those that are open, the lowest first */
const open = [];
/** Each entry has its own number, higher than those before: one that could not be left in time is told from those above it. */
let last = Number(history.state?.sheet ?? 0);
/** @type {(() => void) | null} the step back that we make ourselves, and nobody else is to hear of */
let stepping = null;

/**
 * Makes an open dialog an entry. @param {HTMLDialogElement} dialog @param {{firm?: boolean}} [options] `firm`: back does not close it
 * @returns {Promise<void>} resolves when the dialog is closed and its entry gone
 */
export function asEntry(dialog, { firm = false } = {}) {
  /** @type {Entry} */
  const entry = { dialog, firm, own: false, number: 0, under: "" };
  open.push(entry);
  queueMicrotask(() => push(entry)); // a page that asks because of a step back first puts its own entry in place again
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      open.splice(open.indexOf(entry), 1);
      if (entry.own && history.state?.sheet) void stepBack().then(resolve);
      else resolve();
    });
  });
}

/** @param {Entry} entry */
function push(entry) {
  if (!entry.dialog.open) return;
  entry.own = true;
  entry.under = whereWeAre();
  entry.number = last += 1;
  history.pushState({ ...history.state, sheet: entry.number }, "");
}

function whereWeAre() {
  return JSON.stringify([location.href, history.state]);
}

/** @returns {Promise<void>} */
function stepBack() {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(late);
      if (stepping === done) stepping = null;
      resolve();
    };
    const late = setTimeout(done, PATIENCE_MS);
    stepping = done;
    history.back();
  });
}

/** Steps over the entry of what is closed, where the browser was too slow to leave it before. */
function leaveClosed() {
  const { sheet = 0 } = history.state ?? {};
  if (sheet && !open.some((entry) => entry.own && entry.number === sheet)) void stepBack();
}

addEventListener("popstate", (event) => {
  if (stepping) {
    event.stopImmediatePropagation();
    return stepping();
  }
  const number = Number(event.state?.sheet ?? 0);
  const top = open[open.length - 1];
  if (number > (top?.number ?? 0)) { // forward, to one that is closed
    event.stopImmediatePropagation();
    return void stepBack();
  }
  if (!top || number === top.number) return;
  if (whereWeAre() !== top.under) { // further back than the page below: none of them is meant any more
    for (const entry of [...open].reverse()) close(entry);
    return;
  }
  event.stopImmediatePropagation();
  if (top.firm) return push(top);
  close(top);
  leaveClosed();
});

/** @param {Entry} entry */
function close(entry) {
  entry.own = false; // its entry is gone
  entry.dialog.close("");
}

// The page was loaded anew while something lay above it.
leaveClosed();
