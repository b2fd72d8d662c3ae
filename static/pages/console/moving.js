// A change to one task: read again what came of it, and say so kindly when somebody else was first.

import { ApiError } from "lib/api.js";

/**
 * @param {import("pages/console/board.js").Board} board @param {string} id @param {() => Promise<unknown>} change
 * @param {boolean} [tell] say failures here, where no button is left to say them
 */
export async function moving(board, id, change, tell = false) {
  try {
    await change();
  } catch (error) {
    if (error instanceof ApiError && error.code === "stale_version") board.page.toast.show({ t: "console.stale", tone: "bad", seconds: 9 });
    else if (tell) board.page.toast.fault(error);
    else throw error;
  } finally {
    board.moved(id);
  }
}
