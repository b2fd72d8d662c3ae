// The same by keys: M on a stop lifts it, the arrows carry it (up and down to other people, left and right through the
// day), B to where it fits best, Enter puts it down, Esc puts it back. What each place means is said as it is reached.

import { Trial } from "pages/console/day/trial.js";

/** @param {import("pages/console/timeline.js").Timeline} timeline @param {import("pages/console/types.js").Task[]} tasks @param {import("pages/console/types.js").Task} lead */
export async function carry(timeline, tasks, lead) {
  if (timeline.trial) return;
  const trial = new Trial(timeline, tasks, lead);
  timeline.trial = trial;
  addEventListener("keydown", key, true);
  const bar = timeline.toolbar.carrying({ step, turn, best: () => trial.best(), drop: () => void drop(), cancel: end });
  await trial.ready;
  if (trial.over) return stop();
  const own = lead.rep && timeline.laneOf(lead.rep.id) ? lead.rep.id : null;
  if (own && trial.fit(own)) {
    const stops = timeline.own(own).filter(({ id }) => !trial.tasks.some((task) => task.id === id));
    const here = stops.filter(({ starts_at }) => (starts_at ?? "") < (lead.starts_at ?? "")).at(-1)?.id ?? null;
    const fit = trial.fit(own);
    trial.point(own, fit?.gaps.find(({ after }) => after === here) ?? fit?.gaps[0]);
  } else trial.best();
  if (!trial.at) trial.best(timeline.visible[0]?.id);

  /** Another person. @param {number} by */
  function step(by) {
    const people = timeline.visible.map(({ id }) => id);
    const now = people.indexOf(trial.at?.rep ?? "");
    const next = people[Math.min(Math.max(now + by, 0), people.length - 1)];
    if (!next) return;
    const start = trial.at?.gap?.start;
    const fit = trial.fit(next);
    const gap = fit?.best !== null && fit?.best !== undefined ? fit.gaps[fit.best] : fit?.gaps.find((each) => start !== undefined && each.start >= start) ?? fit?.gaps.at(-1);
    trial.point(next, gap);
    timeline.laneOf(next)?.scrollIntoView({ block: "nearest", inline: "nearest" });
    seen();
  }

  /** Another place in the same day. @param {number} by */
  function turn(by) {
    const fit = trial.fit(trial.at?.rep ?? "");
    if (!fit?.gaps.length) return;
    const now = fit.gaps.indexOf(/** @type {any} */ (trial.at?.gap));
    trial.point(fit.id, fit.gaps[Math.min(Math.max(now + by, 0), fit.gaps.length - 1)]);
    seen();
  }

  function seen() {
    if (trial.ghost.isConnected) trial.ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  async function drop() {
    stop();
    await trial.drop();
    timeline.focus(lead.id);
  }

  function end() {
    stop();
    trial.end();
    timeline.focus(lead.id);
  }

  function stop() {
    removeEventListener("keydown", key, true);
    bar.done();
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    if (document.querySelector("dialog[open]")) return;
    const does = /** @type {Record<string, () => unknown>} */ ({
      ArrowUp: () => step(-1), ArrowDown: () => step(1), ArrowLeft: () => turn(-1), ArrowRight: () => turn(1), b: () => trial.best(), Enter: drop, Escape: end,
    })[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (event.key === "Tab" || event.ctrlKey || event.metaKey || event.altKey) return;
    if ((event.key === "Enter" || event.key === " ") && event.target instanceof Element && event.target.closest(".console-day-bar")) return;
    event.preventDefault();
    event.stopPropagation();
    if (does) void does();
  }
}
