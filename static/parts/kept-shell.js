// Has the browser keep what a page is made of (`worker/shell.js`), once the page itself needs the line no more.

/** After the page can be used: on a slow line its first pictures and calls come before what is only for later. */
const LATER_MS = 2000;

/** @param {string} script @param {string} scope @returns {Promise<ServiceWorkerRegistration | null>} null where there is none: the page works online only */
export async function keepShell(script, scope) {
  if (!("serviceWorker" in navigator)) return null;
  await new Promise((resolve) => setTimeout(resolve, LATER_MS));
  if (!navigator.onLine) await new Promise((resolve) => addEventListener("online", resolve, { once: true }));
  return navigator.serviceWorker.register(script, { scope }).catch(() => null);
}
