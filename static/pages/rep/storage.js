// Keeping something on a phone that may be full.

import { ApiError } from "lib/api.js";

/** A phone that is full says so in words that help. @template T @param {() => Promise<T>} keep @returns {Promise<T>} */
export async function whereThereIsRoom(keep) {
  try {
    return await keep();
  } catch (error) {
    if (error instanceof DOMException && error.name === "QuotaExceededError") throw new ApiError("storage_full", 507);
    throw error;
  }
}
