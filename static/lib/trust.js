// The page's policy lets no string become markup or script. The map library writes a few fixed snippets of
// its own, and a service worker is named by an address: these, and plain text, are let through.

const SNIPPETS = new Set([
  "<svg/>",
  '<v:shape adj="1"/>',
  '<span aria-hidden="true">+</span>',
  '<span aria-hidden="true">&#x2212;</span>',
  '<span aria-hidden="true">&#215;</span>',
]);

/** @typedef {{createPolicy(name: string, rules: object): unknown}} TrustedTypes */

/** Call once, before the map library or a service worker is loaded. */
export function allowKnownMarkup() {
  const types = /** @type {{trustedTypes?: TrustedTypes & {defaultPolicy: unknown}}} */ (/** @type {unknown} */ (globalThis)).trustedTypes;
  if (!types || types.defaultPolicy) return;
  types.createPolicy("default", {
    createHTML: (/** @type {string} */ text) => (SNIPPETS.has(text) || !/[<&]/.test(text) ? text : null),
    createScriptURL: (/** @type {string} */ url) => (/^\/sw\.js$|^\/customer-sw\.js\?lang=[A-Za-z-]+$/.test(url) ? url : null),
    createScript: () => null,
  });
}
