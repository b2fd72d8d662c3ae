// The chain of a task: its steps in order with their states, its permits with their dates; made after a template, or
// step by step.

import { ApiError } from "lib/api.js";
import { metresTo } from "lib/bearing.js";
import { attempt, button } from "parts/button.js";
import { chainSteps, permitList, stepName } from "parts/chain.js";
import { note } from "parts/chip.js";
import { ask } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { field } from "parts/field.js";
import { i18n, t } from "parts/words.js";
import { moving } from "pages/console/moving.js";
import { types } from "pages/console/task-types.js";
import { title } from "pages/console/words.js";

/** @typedef {import("pages/console/types.js").TaskDetail} TaskDetail */
/** @typedef {import("pages/console/board.js").Board} Board */
/** @typedef {{code: string, name: string, name_zh_hant: string, name_en: string, active: boolean, steps: {type: string, lag_min: number, permits: string[]}[]}} Template */

const KINDS = ["permit_to_work", "street_works", "traffic", "confined_space"];
const STATES = ["asked", "granted", "refused"];
const OVER = ["done", "cancelled"];
const NEAREST = 50;

/** @param {TaskDetail} task @param {Board} board @returns {HTMLElement | null} */
export function taskChain(task, board) {
  const { chain } = task;
  const over = OVER.includes(task.state);
  if (!chain && over) return null;
  const acts = over && task.state !== "done" ? [] : [
    !chain && button({ t: "console.chain.make", icon: "list", "data-id": "chain-make", action: (event) => attempt(event.currentTarget, () => make(task, board)) }),
    button({ t: "console.chain.add", icon: "plus", "data-id": "chain-add", action: (event) => attempt(event.currentTarget, () => add(task, board)) }),
    !over && board.open.length > 1 && button({ t: "console.chain.link", icon: "clock", "data-id": "chain-link", action: (event) => attempt(event.currentTarget, () => link(task, board)) }),
    !over && button({ t: "console.chain.permit", icon: "shield", "data-id": "chain-permit", action: (event) => attempt(event.currentTarget, () => permit(task, board, null)) }),
  ];
  const own = chain?.steps.find(({ task_id }) => task_id === task.id);
  return h("section", { class: "stack console-chain" },
    h("h3", { t: "console.chain" }),
    chain && chain.steps.length > 1 && chainSteps(chain, task.id, (id) => board.choose({ kind: "task", id })),
    chain && permitList(chain, task.id, (each) => [button({ t: "console.chain.permit.change", kind: "quiet", action: (event) => attempt(event.currentTarget, () => permit(task, board, each)) })]),
    own && !over && own.before.length > 0 && h("div", { class: "cluster" }, own.before.map(({ task_id }) => button({
      kind: "quiet", icon: "close", text: t("console.chain.unlink", { name: nameOfStep(task, task_id) }),
      action: (event) => attempt(event.currentTarget, () => unlink(task, board, task_id)),
    }))),
    h("div", { class: "cluster" }, acts.filter((each) => each !== false)));
}

/** @param {TaskDetail} task @param {string} id */
function nameOfStep({ chain }, id) {
  const step = chain?.steps.find(({ task_id }) => task_id === id);
  return step ? stepName(step.type) : "";
}

/** @param {string} name @param {{value: string, text: string}[]} options @param {string} [chosen] */
function choice(name, options, chosen) {
  return h("select", { class: "input", name }, options.map(({ value, text }) => h("option", { value, text, selected: value === chosen })));
}

/**
 * Asks until the server takes it; all that is wrong stands in the dialog.
 * @param {{title: string, save: string, body: Node[], actions?: {value: string, t: string, kind?: "danger"}[]}} props
 * @param {(answer: string) => Promise<unknown>} send
 */
async function until({ title, save, body, actions = [] }, send) {
  const trouble = h("div", { role: "alert", class: "stack" });
  for (;;) {
    const answer = await ask({ t: title, body: [...body, trouble], actions: [...actions, { value: "", t: "common.cancel" }, { value: "yes", t: save, kind: "primary" }] });
    if (!answer) return;
    try {
      await send(answer);
      return;
    } catch (error) {
      if (!(error instanceof ApiError) || error.code === "stale_version") throw error;
      const faults = error.faults?.length ? error.faults.map((fault) => i18n.coded(fault.code, fault.params) ?? (fault.detail || fault.code)) : [i18n.error(error)];
      trouble.replaceChildren(...faults.map((text) => note({ text, icon: "alert", tone: "bad" })));
    }
  }
}

/** @param {TaskDetail} task @param {Board} board */
async function make(task, board) {
  /** @type {Template[]} */
  const templates = (await board.page.api.get("/api/chain-templates")).filter((/** @type {Template} */ { active }) => active);
  const which = choice("template", templates.map((each) => ({ value: each.code, text: stepName(each) })));
  const step = h("select", { class: "input", name: "step" });
  const follow = () => {
    const steps = templates.find(({ code }) => code === which.value)?.steps ?? [];
    const at = Math.max(0, steps.findIndex(({ type }) => type === task.type?.code));
    step.replaceChildren(...steps.map(({ type }, number) => h("option", { value: String(number), text: `${number + 1}. ${typeText(type)}`, selected: number === at })));
  };
  which.addEventListener("change", follow);
  follow();
  const body = [field({ t: "console.chain.template", name: "template", input: which }), field({ t: "console.chain.own", name: "step", input: step, hint: "console.chain.own.hint" })];
  await until({ title: "console.chain.make", save: "console.chain.make.save", body }, () => moving(board, task.id, () =>
    board.page.api.post(`/api/tasks/${task.id}/chain`, { template: which.value, step: Number(step.value), version: task.version })));
}

/** @param {string} code */
function typeText(code) {
  const type = types.get(code);
  return type ? stepName(type) : code;
}

/** @param {TaskDetail} task @param {Board} board */
async function add(task, board) {
  const side = choice("side", ["before", "after"].filter((value) => value === "after" || !["on_site", "done"].includes(task.state)).map((value) => ({ value, text: t(`console.chain.${value}`) })));
  const type = choice("type", [...types.values()].filter(({ active }) => active).map((each) => ({ value: each.code, text: stepName(each) })), "isolation");
  const lag = field({ t: "console.chain.lag", name: "lag", type: "number", min: "0", max: "20160", step: "1", value: "0", inputmode: "numeric" });
  const kinds = KINDS.map((kind) => ({ kind, box: /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", name: kind })) }));
  const needs = h("fieldset", { class: "console-kinds" }, h("legend", { t: "console.chain.needs" }), kinds.map(({ kind, box }) => h("label", null, box, h("span", { t: `chain.permit.${kind}` }))));
  const body = [field({ t: "console.chain.side", name: "side", input: side }), field({ t: "console.new.type", name: "type", input: type }), lag, needs];
  await until({ title: "console.chain.add", save: "console.chain.add.save", body }, () => moving(board, task.id, () =>
    board.page.api.post(`/api/tasks/${task.id}/chain-steps`, {
      side: side.value, type: type.value, lag_min: Number(lag.control.value), permits: kinds.filter(({ box }) => box.checked).map(({ kind }) => kind), version: task.version,
    })));
}

/** What it could wait for: open tasks, the nearest first. @param {TaskDetail} task @param {Board} board */
function others(task, board) {
  const before = task.chain?.steps.find(({ task_id }) => task_id === task.id)?.before ?? [];
  const known = new Set([task.id, ...before.map(({ task_id }) => task_id)]);
  const { lon, lat } = task;
  const away = (/** @type {import("pages/console/types.js").Task} */ other) =>
    lon === null || lat === null || other.lon === null || other.lat === null ? Infinity : metresTo({ lon, lat }, { lon: other.lon, lat: other.lat });
  const open = board.open.filter(({ id }) => !known.has(id)).map((other) => ({ other, metres: away(other) }));
  return open.sort((a, b) => (a.metres < b.metres ? -1 : 1)).slice(0, NEAREST).map(({ other }) => other);
}

/** Have it wait for a task that is there already. @param {TaskDetail} task @param {Board} board */
async function link(task, board) {
  const which = choice("predecessor", others(task, board).map((each) => ({ value: each.id, text: [title(each), each.zone?.code, each.address].filter(Boolean).join(" · ") })));
  const lag = field({ t: "console.chain.lag", name: "lag", type: "number", min: "0", max: "20160", step: "1", value: "0", inputmode: "numeric" });
  const body = [field({ t: "console.chain.link.which", name: "predecessor", input: which, hint: "console.chain.link.hint" }), lag];
  await until({ title: "console.chain.link", save: "console.chain.link.save", body }, () => moving(board, task.id, () =>
    board.page.api.post("/api/chain-links", { predecessor: which.value, successor: task.id, lag_min: Number(lag.control.value), version: task.version })));
}

/** @param {TaskDetail} task @param {Board} board @param {string} before */
async function unlink(task, board, before) {
  const answer = await ask({ t: "console.chain.unlink.title", text: "console.chain.unlink.text", params: { name: nameOfStep(task, before) }, actions: [{ value: "", t: "common.cancel" }, { value: "yes", t: "console.chain.unlink.save", kind: "danger" }] });
  if (answer !== "yes") return;
  await moving(board, task.id, () => board.page.api.delete(`/api/chains/${task.chain?.id}/links/${before}/${task.id}`));
}

/** A moment as `datetime-local` has it, and back. @param {string | null} at */
function local(at) {
  if (!at) return "";
  const here = new Date(at);
  return new Date(here.getTime() - here.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** @param {TaskDetail} task @param {Board} board @param {import("lib/chain.js").Permit | null} known */
async function permit(task, board, known) {
  const own = task.chain?.steps.find(({ task_id }) => task_id === task.id);
  const kind = choice("kind", KINDS.map((value) => ({ value, text: t(`chain.permit.${value}`) })), known?.kind ?? own?.permits[0] ?? KINDS[0]);
  const state = choice("state", STATES.map((value) => ({ value, text: t(`chain.permit_state.${value}`) })), known?.state ?? "asked");
  const whole = choice("whole", [{ value: "chain", text: t("console.chain.permit.chain") }, { value: "task", text: t("console.chain.permit.task") }], task.chain && task.chain.steps.length > 1 ? "chain" : "task");
  const authority = field({ t: "console.chain.permit.authority", name: "authority", maxlength: 120, value: known?.authority ?? "" });
  const number = field({ t: "console.chain.permit.number", name: "number", maxlength: 60, value: known?.number ?? "" });
  const from = field({ t: "console.chain.permit.from", name: "from", type: "datetime-local", value: local(known?.valid_from ?? null) });
  const until_ = field({ t: "console.chain.permit.until", name: "until", type: "datetime-local", value: local(known?.valid_until ?? null) });
  const body = [
    field({ t: "console.chain.permit.kind", name: "kind", input: kind }), field({ t: "console.chain.permit.state", name: "state", input: state }), authority, number, from, until_,
    ...(known ? [] : [field({ t: "console.chain.permit.for", name: "whole", input: whole })]),
  ];
  const moment = (/** @type {string} */ value) => (value ? new Date(value).toISOString() : null);
  const actions = known ? [{ value: "drop", t: "console.chain.permit.drop", kind: /** @type {const} */ ("danger") }] : [];
  await until({ title: known ? "console.chain.permit.change" : "console.chain.permit", save: "console.chain.permit.save", body, actions }, (answer) => moving(board, task.id, () => {
    const given = {
      kind: kind.value, state: state.value, authority: authority.control.value.trim(), number: number.control.value.trim(), valid_from: moment(from.control.value), valid_until: moment(until_.control.value),
    };
    if (answer === "drop") return board.page.api.delete(`/api/permits/${known?.id}?version=${known?.version}`);
    if (known) return board.page.api.put(`/api/permits/${known.id}`, { ...given, version: known.version });
    return board.page.api.post(`/api/tasks/${task.id}/permits`, { ...given, whole_chain: whole.value === "chain" });
  }));
}
