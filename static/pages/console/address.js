// What the address of the page says of how the console is looked at: view, filters, sorting, zoom. It can be sent to
// somebody, and survives a reload. What is chosen stands behind the `#` (board.js).

/** @param {string} what @returns {string} empty where the address says nothing */
export function kept(what) {
  return new URLSearchParams(location.search).get(what) ?? "";
}

/** Empty values are what is usual, and left out. @param {Record<string, string>} changes */
export function keep(changes) {
  const query = new URLSearchParams(location.search);
  for (const [what, value] of Object.entries(changes)) {
    if (value) query.set(what, value);
    else query.delete(what);
  }
  const text = query.toString();
  history.replaceState(history.state, "", `${location.pathname}${text && `?${text}`}${location.hash}`);
}
