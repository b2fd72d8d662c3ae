// The keyboard map, and what this desk may do by itself: a sound, single keys.

import { ask } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { GROUPS, MAP } from "pages/desk/keys.js";
import { sounds } from "pages/desk/sound.js";

/** @param {import("pages/desk/keys.js").Keys} keys */
export async function help(keys) {
  if (document.querySelector("dialog[open]")) return;
  const groups = GROUPS.map(([name, actions]) =>
    h("section", null, h("h3", { t: `desk.keys.group.${name}` }),
      h("dl", { class: "key-list" }, actions.map((action) =>
        h("div", null, h("dt", null, MAP[action].split(" ").map((key) => h("kbd", { text: key }))), h("dd", { t: `desk.key.${action}` }))))));
  await ask({
    t: "desk.keys.title",
    body: [
      h("div", { class: "key-groups" }, groups),
      h("p", { class: "small muted", t: "desk.keys.ink" }),
      h("div", { class: "stack tight" },
        tick("desk.keys.single", !keys.off, (on) => (keys.off = !on)),
        tick("desk.sound", sounds.on, (on) => {
          sounds.on = on;
          if (on) void sounds.arrival();
        })),
    ],
    actions: [{ value: "done", t: "common.done", kind: "primary" }],
  });
}

/** @param {string} key @param {boolean} checked @param {(on: boolean) => void} change */
function tick(key, checked, change) {
  const box = h("input", { type: "checkbox", checked, on: { change: (event) => change(event.target.checked) } });
  return h("label", { class: "tick-line" }, box, h("span", { t: key }));
}
