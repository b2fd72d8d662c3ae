// Which screen a request is at. Before there is a request the draft decides; from then on its state does.

import { passed } from "pages/customer/screen.js";
import { after } from "pages/customer/screens/after.js";
import { call } from "pages/customer/screens/call.js";
import { erased } from "pages/customer/screens/erased.js";
import { guide } from "pages/customer/screens/guide.js";
import { elsewhere, invited, linkFault } from "pages/customer/screens/link.js";
import { person } from "pages/customer/screens/person.js";
import { building, what, who } from "pages/customer/screens/start.js";
import { waiting } from "pages/customer/screens/waiting.js";
import { where } from "pages/customer/screens/where.js";

/** @typedef {import("pages/customer/case.js").Case} Case */

export const SCREENS = /** @type {const} */ ({ linkFault, elsewhere, invited, who, building, what, where, guide, person, waiting, call, after, erased });

/** @param {Case} model @returns {keyof typeof SCREENS} */
export function currentScreen(model) {
  const { request, draft } = model;
  if (!request) {
    if (model.erased) return "erased";
    if (model.fault) return "linkFault";
    if (model.token !== null) return "elsewhere";
    if (!draft.asker) return "who";
    return draft.asker === "manager" && !draft.building ? "building" : "what";
  }
  switch (request.state) {
    case "guiding":
      return guidingScreen(model);
    case "waiting":
      return "waiting";
    case "in_call":
      return "call";
    default:
      return "after";
  }
}

/** @param {Case} model @returns {keyof typeof SCREENS} */
function guidingScreen(model) {
  const { request } = model;
  if (request?.channel === "invitation" && !request.guide && !passed(model, "invited")) return "invited";
  if (passed(model, "what")) return "what";
  if (!request?.place && !passed(model, "place")) return "where";
  if (!model.guide || request?.guide?.ending === "person" || passed(model, "person")) return "person";
  return "guide";
}
