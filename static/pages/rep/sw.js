// The rep page without a network. The line above this file, written by the server, says which files make the page.
// Files carry the hash of their content, so what is cached never goes stale; the day itself is kept by the page.

/** @type {{version: string, page: string, files: string[]}} */
const shell = SHELL;
const FILES = `curbstop-files-${shell.version}`;
const PICTURES = "curbstop-pictures";
const EVIDENCE = /^\/api\/(stills\/[^/]+\/(image|marks)|proofs\/[^/]+\/image)$/;
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(FILES).then((cache) => cache.addAll([shell.page, ...shell.files])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(tidy().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, searchParams } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && pathname === shell.page) event.respondWith(page(request));
  else if (/^\/(s|v)\//.test(pathname)) event.respondWith(kept(request, FILES));
  else if (EVIDENCE.test(pathname) && (searchParams.get("surface") ?? request.headers.get("Curbstop-Surface")) === "rep") event.respondWith(checked(request));
});

async function tidy() {
  for (const name of await caches.keys()) {
    if (name.startsWith("curbstop-files-") && name !== FILES) await caches.delete(name);
  }
}

/** The network's page if it comes soon, else the kept one. */
async function page(request) {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    return (await caches.match(shell.page, { ignoreSearch: true })) ?? Response.error();
  }
}

async function kept(request, name) {
  const cache = await caches.open(name);
  const found = await cache.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

/** What the server still lets this person see; what was seen before, only where the server cannot be asked. */
async function checked(request) {
  const cache = await caches.open(PICTURES);
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
