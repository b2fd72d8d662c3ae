// The moments at which a broken line is worth trying at once: the network is back or another one, the page is seen again.

/** @typedef {{addEventListener: (type: string, listener: () => void) => void, removeEventListener: (type: string, listener: () => void) => void}} Target */

/**
 * Calls `wake` at each such moment. @param {() => void} wake
 * @param {any} [scope] where to listen: a window, or something like it
 * @returns {() => void} ends it
 */
export function onWakeUp(wake, scope = globalThis) {
  const seen = () => {
    if (scope.document?.visibilityState !== "hidden") wake();
  };
  /** @type {[Target | undefined, string, () => void][]} */
  const ears = [
    [scope, "online", wake],
    [scope, "pageshow", wake],
    [scope.document, "visibilitychange", seen],
    [scope.navigator?.connection, "change", wake],
  ];
  for (const [target, type, listener] of ears) target?.addEventListener?.(type, listener);
  return () => {
    for (const [target, type, listener] of ears) target?.removeEventListener?.(type, listener);
  };
}
