// The picture with everything around it: notices over it, tools and the strip of stills below.

import { h } from "parts/dom.js";
import { inkTools } from "pages/desk/stage/ink-tools.js";
import { callTools } from "pages/desk/stage/call-tools.js";
import { notices } from "pages/desk/stage/notices.js";
import { picture } from "pages/desk/stage/picture.js";
import { strip } from "pages/desk/stage/strip.js";

/** @param {import("pages/desk/work-place.js").Bench} bench */
export function stage(bench) {
  const { work, signal } = bench;
  const view = picture(bench);
  const over = notices(bench);
  const tools = inkTools(bench, view);
  const call = callTools(bench);
  const film = strip(bench);
  view.element.append(...over.elements);
  const element = h("div", { class: "stage-box" }, h("div", { class: "stage-row" }, tools.element, view.element), call.element, film.element);

  const draw = () => {
    element.hidden = !work.call && work.stills.size === 0;
    view.draw();
    over.draw();
    tools.draw();
    call.draw();
    film.draw();
  };
  const follow = () => {
    work.call?.addEventListener("change", draw, { signal });
    draw();
  };
  work.addEventListener("call", follow, { signal });
  for (const type of ["stills", "shown", "marks"]) work.addEventListener(type, draw, { signal });
  follow();
  return { element, draw };
}
