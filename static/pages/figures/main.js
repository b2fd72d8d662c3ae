// How well the work is done, week by week: six figures, each point a way to its tasks.

import { attempt, button } from "parts/button.js";
import { note } from "parts/chip.js";
import { sheet } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { failed, nothing, skeleton } from "parts/empty.js";
import { segmented } from "parts/field.js";
import { icon } from "parts/icon.js";
import { startPage } from "parts/page.js";
import { redraw } from "parts/redraw.js";
import { leaveWhenSignedOut, requireStaff, signOut } from "parts/session.js";
import "parts/switches.js";
import { localise, naming, t } from "parts/words.js";
import { card } from "pages/figures/card.js";
import { BY, WEEKS, choiceOf, keep, queryOf } from "pages/figures/choice.js";
import { Hindsight } from "pages/figures/hindsight.js";
import { linesShown } from "pages/figures/lines.js";
import { dayOf } from "pages/figures/words.js";

/** @typedef {import("pages/figures/words.js").Told} Told */

const CALM_MS = 60_000; // between two readings that nobody asked for; the house counts no more often
const FIGURES = ["first_answer", "in_window", "first_fix", "travel_share", "overtime", "balance"];

const page = await startPage();
page.main.append(h("div", { class: "figures-boot" }, skeleton(6)));
const me = await requireStaff(page).catch((error) => {
  page.main.replaceChildren(failed(error, () => location.reload()));
  return null;
});
if (me) start(me);

/** @param {import("parts/session.js").Me} person */
function start(person) {
  leaveWhenSignedOut(page);
  const may = person.roles.some((role) => role === "supervisor" || role === "admin");
  let choice = choiceOf(location.search);
  /** @type {Told | null} */
  let told = null;
  let last = performance.now();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const lines = h("div", { class: "figures-whose" });
  const state = h("div", { role: "status" });
  const body = h("div", { class: "figures-cards" }, skeleton(6));
  const file = h("a", { class: "button", download: "" }, icon("download"), h("span", { t: "figures.file" }));
  const by = segmented({ name: "by", label: "figures.by", value: choice.by, options: BY.map((value) => ({ value, t: `figures.by.${value}` })),
    change: (value) => choose({ by: /** @type {import("pages/figures/choice.js").By} */ (value), keys: [] }) });
  const weeks = h("select", { class: "input", label: "figures.weeks", on: { change: (event) => choose({ weeks: Number(event.target.value) }) } },
    WEEKS.map((count) => h("option", { value: String(count), t: "figures.weeks.count", params: { count }, selected: count === choice.weeks })));

  const hindsight = new Hindsight(page);

  /** @param {Partial<import("pages/figures/choice.js").Choice>} change */
  const choose = (change) => {
    choice = { ...choice, ...change };
    keep(choice);
    /** @type {HTMLInputElement} */ (by.querySelector(`input[value="${choice.by}"]`)).checked = true;
    void read();
  };

  const draw = () => {
    if (!told) return;
    const now = told;
    const shown = now.figures[0]?.groups.map(({ key, names }) => ({ key, names, n: 0 })) ?? [];
    redraw(lines, () => lines.replaceChildren(...(now.by === "all" ? [] : [linesShown({ shown, choices: now.choices, change: (keys) => choose({ keys }) })])));
    redraw(state, () => state.replaceChildren(now.waiting ? note({ t: "figures.waiting", icon: "again", tone: "warn" }) : h("p", { class: "muted", text: t("figures.until", { day: dayOf(now.until) }) })));
    const none = now.by !== "all" && !shown.length;
    redraw(body, () => body.replaceChildren(...(none ? [nothing({ t: "figures.empty", more: "figures.empty.more", icon: "calendar" })] : FIGURES.map((figure) => card(page, now, figure, () => choose({ by: "station", keys: [] }))))));
  };

  const read = async () => {
    const asked = choice;
    clearTimeout(timer);
    timer = undefined;
    file.href = page.api.url("/api/figures/file", { ...queryOf(asked), surface: page.api.surface });
    body.setAttribute("aria-busy", "true");
    try {
      const answer = await page.api.get("/api/figures", { query: queryOf(asked) });
      if (asked !== choice) return;
      told = answer;
      draw();
    } catch (error) {
      if (asked !== choice) return;
      // What stands there is of another choice: it must not be taken for this one.
      told = null;
      body.replaceChildren(failed(error, read));
      lines.replaceChildren();
      state.replaceChildren();
    } finally {
      if (asked === choice) body.removeAttribute("aria-busy");
      last = performance.now();
    }
  };

  page.main.replaceChildren(
    h("header", { class: "figures-head" },
      h("a", { class: "button", href: "/console", data: { kind: "quiet", size: "icon" }, label: "figures.back" }, icon("back")),
      h("h1", { t: "figures.heading" }),
      button({ icon: "person", size: "icon", kind: "quiet", label: "common.settings", action: (event) => attempt(event.currentTarget, () => settings(person)) })),
    may
      ? h("div", { class: "figures" },
          h("div", { class: "figures-bar" }, by, weeks, file),
          lines, state, body, hindsight.element)
      : nothing({ t: "figures.not_yours", icon: "shield" }));
  if (!may) return;
  addEventListener("language", () => {
    localise(page.main);
    draw();
    hindsight.draw();
  });
  page.live.subscribe("tasks", () => {
    timer ??= setTimeout(() => {
      if (told) void read();
    }, Math.max(0, last + CALM_MS - performance.now()));
  });
  void read();
  void hindsight.read();
}

/** @param {import("parts/session.js").Me} person */
async function settings(person) {
  const body = [h("p", { class: "muted", ...naming(person) }), h("div", { class: "cluster" }, h("cs-language"), h("cs-theme"))];
  const wish = await sheet({ t: "common.settings", body, actions: [{ value: "out", t: "common.sign_out", icon: "out" }] });
  if (wish === "out") await signOut(page);
}
