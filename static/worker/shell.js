// A page without a network. The line above this file, written by the server, says which page this is for and which
// files make it. Files carry the hash of their content, so what is cached never goes stale; what the page tells of, it
// keeps itself.

/** @type {{page: string, surface: string, path: string, version: string, files: string[], pictures: string, language: string, icon: string}} */
const shell = SHELL;
const OWN = `curbstop-files-${shell.page}-`;
const FILES = OWN + shell.version;
const EVIDENCE = /^\/api\/(stills\/[^/]+\/(image|marks)|proofs\/[^/]+\/image)$/;
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => {
  // Calls that this worker has no part in do not wait for it to be started (Static Routing API, where there is one).
  const route = (/** @type {string} */ pathname, /** @type {string} */ source) => ({ condition: { urlPattern: new URLPattern({ pathname }) }, source });
  event.addRoutes?.([route("/api/stills/*", "fetch-event"), route("/api/proofs/*", "fetch-event"), route("/api/*", "network")])?.catch(() => {});
  event.waitUntil(caches.open(FILES).then((cache) => cache.addAll([shell.path, ...shell.files])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(tidy().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, searchParams } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && pathname === shell.path) event.respondWith(page(request));
  else if (/^\/(s|v)\//.test(pathname)) event.respondWith(kept(request, event.clientId));
  else if (EVIDENCE.test(pathname) && (searchParams.get("surface") ?? request.headers.get("Curbstop-Surface")) === shell.surface) event.respondWith(checked(request));
});

async function tidy() {
  for (const name of await caches.keys()) {
    if ((name.startsWith(OWN) && name !== FILES) || /^curbstop-files-[0-9a-f]+$/.test(name)) await caches.delete(name);
  }
}

/** The network's page if it comes soon, else the kept one. */
async function page(request) {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    const files = await caches.open(FILES);
    return (await files.match(shell.path, { ignoreSearch: true, ignoreVary: true })) ?? Response.error();
  }
}

/** A file of the page; other pages below this one's address have theirs from the network, and leave nothing here. */
async function kept(request, clientId) {
  const cache = await caches.open(FILES);
  const found = await cache.match(request, { ignoreVary: true });
  if (found) return found;
  const answer = await fetch(request);
  const client = clientId ? await self.clients.get(clientId) : undefined;
  if (answer.ok && client && new URL(client.url).pathname === shell.path) await cache.put(request, answer.clone());
  return answer;
}

/** What the server still lets this person see; what was seen before, only where the server cannot be asked. */
async function checked(request) {
  const cache = await caches.open(shell.pictures);
  const found = await cache.match(request);
  try {
    const answer = await fetch(request, found ? { signal: AbortSignal.timeout(PATIENCE_MS) } : {});
    if (answer.ok) await cache.put(request, answer.clone());
    else if (answer.status < 500) await cache.delete(request);
    else return found ?? answer;
    return answer;
  } catch {
    return found ?? Response.error();
  }
}
