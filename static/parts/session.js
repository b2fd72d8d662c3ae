// Who is here, on a staff page. A one-use link (`#k=…`) is redeemed and taken out of the address at once;
// without a session the person is sent to sign in and comes back.

import { ApiError } from "lib/api.js";

/** @typedef {import("parts/page.js").Page} Page */
/** @typedef {{kind: string, id: string, name: string, name_en?: string, roles: string[], language: string, request_id?: string | null, [key: string]: unknown}} Me */

/** Whether this page is on its way to another one already. */
let leaving = false;

/** @param {Page} page @returns {Promise<Me | null>} null when the browser is on its way to the sign-in page */
export async function requireStaff(page) {
  const token = takeToken("k");
  const { surface } = page.api;
  try {
    if (token !== null) await page.api.post("/api/sign-in-links/redemption", { token, surface });
    return await page.api.get("/api/me");
  } catch (error) {
    if (!(error instanceof ApiError) || error.passing) throw error;
    await forgetPictures();
    const why = token !== null ? error.code : "";
    location.replace(`/sign-in?${new URLSearchParams({ surface, next: location.pathname, ...(why && { why }) })}`);
    return null;
  }
}

/** @param {Page} page */
export async function signOut(page) {
  leaving = true;
  await page.api.delete("/api/sessions/current").catch((error) => {
    leaving = false;
    throw error;
  });
  await forgetPictures();
  location.replace(`/sign-in?${new URLSearchParams({ surface: page.api.surface })}`);
}

/**
 * A session that was ended elsewhere, or whose time is over: the page begins anew, as whoever is signed in now.
 * @param {Page} page @param {() => boolean} [inside] whether it shows what needs a session; a page that does not would begin anew for ever
 */
export function leaveWhenSignedOut(page, inside = () => true) {
  const anew = () => {
    if (leaving || !inside()) return; // a second way out would cut the first one short
    leaving = true;
    location.reload();
  };
  page.live.addEventListener("signed_out", anew);
  page.api.addEventListener("unauthenticated", anew);
}

/** Pictures kept for a day without a network are for whoever is signed in. */
async function forgetPictures() {
  if ("caches" in window) await caches.delete("curbstop-pictures");
}

/** The token in the address's fragment, which is then gone from the address and the history; empty where only its name is left. @param {string} name */
export function takeToken(name) {
  const token = new URLSearchParams(location.hash.slice(1)).get(name);
  if (token !== null) history.replaceState(history.state, "", location.pathname + location.search);
  return token;
}
