// How each thing that a customer does goes up. Every one may be sent again: the server knows it by its name, or doing
// it again changes nothing.

import { ApiError } from "lib/api.js";

/** @typedef {import("lib/errands.js").Errand} Errand */
/** @typedef {import("pages/customer/case.js").Case} Case */

/** @param {Case} model @param {Errand} errand @returns {Promise<any>} the server's answer */
export async function sendErrand(model, errand) {
  const { kind, body } = errand;
  if (kind === "start") return model.take(await model.api.post("/api/requests", body), errand.subject);
  const id = errand.request || (errand.subject === model.name ? model.confirmed?.id : "");
  if (!id) throw new ApiError("not_found", 404); // what it was about was never begun
  const path = `/api/requests/${id}`;
  switch (kind) {
    case "details":
      return model.take(await changed(model, id, { ...body, client_id: errand.id }));
    case "guide_answer": {
      const told = await model.api.post(`${path}/guide-answers`, { ...body, client_id: errand.id });
      model.take(told.request);
      return told;
    }
    case "message":
      return said(model, path, body);
    case "call_end":
      if (model.confirmed?.call?.id !== body.call) return undefined;
      return moved(model, id, () => model.api.post(`${path}/call-end`, { reason: "customer" }));
    case "queue_entry":
      return moved(model, id, () => model.api.post(`${path}/queue-entry`));
    case "queue_left":
      return moved(model, id, () => model.api.delete(`${path}/queue-entry`));
    case "withdrawal":
      return moved(model, id, () => model.api.post(`${path}/withdrawal`, {}));
    case "appointment":
      return model.api.put(`${path}/appointment`, body);
    case "visit_word":
      return model.api.post(`${path}/visit-words`, { ...body, client_id: errand.id });
    case "rating":
      return moved(model, id, () => model.api.post(`${path}/rating`, body));
    case "reopening":
      return moved(model, id, () => model.api.post(`${path}/reopening`));
    default:
      throw new ApiError("not_found", 404); // written by a page of another version
  }
}

/** When someone else changed it meanwhile, the same once more on the new version. @param {Case} model @param {string} id @param {object} changes */
async function changed(model, id, changes) {
  const path = `/api/requests/${id}`;
  const version = model.confirmed?.id === id ? model.confirmed.version : (await model.api.get(path)).version;
  try {
    return await model.api.patch(path, { version, ...changes });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "stale_version") throw error;
    return model.api.patch(path, { version: (await model.api.get(path)).version, ...changes });
  }
}

/** In the room of the call while it is there, else over HTTP; once either way. @param {Case} model @param {string} path @param {{client_id: string, text: string}} message */
async function said(model, path, message) {
  const inRoom = await model.talk?.(message).catch(() => null);
  const stored = inRoom ?? (await model.api.post(`${path}/messages`, message));
  model.dispatchEvent(new CustomEvent("said", { detail: stored }));
  return stored;
}

/** A wrong state says that it was done before, though its answer never came, or that it was overtaken. @param {Case} model @param {string} id @param {() => Promise<unknown>} work */
async function moved(model, id, work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "wrong_state") throw error;
  }
  return model.take(await model.api.get(`/api/requests/${id}`));
}
