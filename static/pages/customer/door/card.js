// Who stands at the door: the customer types the code on the representative's phone, or has it shown here and compares.
// Below, what is noted of their place, once somebody was there; they can say that it is not so.

/** @typedef {import("pages/customer/door.js").Parts} Parts */
/** @typedef {{name: string, name_en: string, number: string, company: string}} Person */
/** @typedef {{id: string, kind: string, state: string, text: string, has_code: boolean, written_at: string, expires_at: string}} PlaceNote */

const AT_THE_DOOR = ["accepted", "travelling", "on_site"];
const BEEN_THERE = ["on_site", "done"];

/** @param {Parts} parts @param {HTMLElement} place @param {import("pages/customer/case.js").Case} model @param {import("parts/page.js").Page} page @param {AbortSignal} gone */
export function doorCard(parts, place, model, page, gone) {
  const { button, h, field, icon, note, ask, attempt, i18n, nameOf, t } = parts;
  const said = h("div", { class: "stack", "aria-live": "polite" });
  const noted = h("div", { class: "stack" });
  const code = field({ t: "visit.door.code", name: "door-code", inputmode: "numeric", autocomplete: "off", maxlength: 7, hint: "visit.door.code.hint" });
  /** @type {(() => void) | null} draws what was answered last anew, in another language */
  let again = null;
  let here = "";

  const person = (/** @type {Person} */ who) => h("p", null, h("b", { text: nameOf(who) }), ` · ${t("visit.door.number", { number: who.number })} · ${who.company || t("common.utility")}`);
  const show = (/** @type {() => Node[]} */ make) => {
    again = () => said.replaceChildren(...make());
    again();
  };
  const bad = (/** @type {string} */ key, /** @type {object} */ params = {}) => show(() => [note({ t: key, params, icon: "alert", tone: "bad" }),
    ...(page.shell.phone ? [h("a", { class: "button", href: `tel:${page.shell.phone}` }, icon("phone"), h("span", { t: "visit.door.call" }))] : [])]);

  /** @param {object} body */
  const check = async (body) => {
    const answer = await model.api.post(`${model.path}/door-check`, body);
    if (answer.answer === "right") show(() => [note({ t: "visit.door.right", icon: "check", tone: "ok" }, person(answer.person))]);
    else if (answer.answer === "wrong") bad("visit.door.wrong", { count: answer.left });
    else if (answer.answer === "locked") bad("visit.door.locked");
    else bad("visit.door.nobody");
  };
  const type = async () => {
    const digits = code.control.value.replace(/\D/g, "");
    code.fault(digits.length === 6 ? null : "visit.door.code.short");
    if (digits.length === 6) await check({ code: digits });
  };
  const compare = async () => {
    const sure = await ask({ t: "visit.door.compare", text: "visit.door.compare.first", actions: [{ value: "", t: "common.back" }, { value: "yes", t: "visit.door.compare.show", kind: "primary" }] });
    if (sure !== "yes") return;
    const shown = await model.api.post(`${model.path}/door-reveal`);
    if (!shown.code) return bad("visit.door.nobody");
    show(() => [h("p", { class: "door-code number", text: `${shown.code.slice(0, 3)} ${shown.code.slice(3)}` }), person(shown.person),
      h("div", { class: "cluster" },
        button({ t: "visit.door.same", icon: "check", action: () => check({ code: shown.code }) }),
        button({ t: "visit.door.differs", icon: "alert", kind: "danger", action: () => check({ differs: true }) }))]);
  };
  code.control.addEventListener("keydown", (event) => {
    if (event.key === "Enter") attempt(code, type);
  });
  const door = h("section", { class: "card stack door-check" }, h("h2", { class: "cluster" }, icon("shield"), h("span", { t: "visit.door.title" })),
    h("p", { t: "visit.door.lead" }), code,
    button({ t: "visit.door.check", icon: "check", kind: "primary", action: type }),
    button({ t: "visit.door.compare", kind: "quiet", action: (event) => attempt(event.currentTarget, compare) }), said);
  const notes = h("section", { class: "card stack", hidden: true }, h("h2", { t: "visit.notes.title" }), h("p", { class: "small muted", t: "visit.notes.lead" }), noted);
  place.append(door, notes);

  /** @type {PlaceNote[]} */
  let listed = [];
  const draw = () => {
    notes.hidden = !listed.length;
    noted.replaceChildren(h("ul", { class: "rows" }, listed.map((each) => h("li", { class: "stack place-note" },
      h("p", null, h("b", { t: `visit.notes.kind.${each.kind}` }), each.text && ` · ${each.text}`, each.has_code && h("span", { class: "muted", text: ` · ${t("visit.notes.code")}` })),
      h("p", { class: "small muted", t: "visit.notes.until", params: { date: i18n.date(each.expires_at) } }),
      each.state === "disputed" ? h("p", { class: "small", t: "visit.notes.disputed" })
        : button({ t: "visit.notes.contest", kind: "quiet", ariaLabel: `${t("visit.notes.contest")}: ${t(`visit.notes.kind.${each.kind}`)}`, action: (event) => attempt(event.currentTarget, () => contest(each)) })))));
  };
  const contest = async (/** @type {PlaceNote} */ each) => {
    const doubt = await ask({ t: "visit.notes.contest", text: "visit.notes.contest.more",
      actions: [{ value: "gone", t: "visit.notes.doubt.gone" }, { value: "wrong", t: "visit.notes.doubt.wrong" }, { value: "private", t: "visit.notes.doubt.private" }] });
    if (!doubt) return;
    listed = await model.api.post(`${model.path}/site-notes/${each.id}/dispute`, { doubt });
    draw();
  };
  const follow = async () => {
    const state = model.request?.visit?.state ?? "";
    door.hidden = !AT_THE_DOOR.includes(state);
    place.hidden = door.hidden && notes.hidden;
    if (state === here) return;
    here = state;
    if (!BEEN_THERE.includes(state) || !model.path) return;
    listed = await model.api.get(`${model.path}/site-notes`).catch(() => []);
    if (gone.aborted) return;
    draw();
    place.hidden = door.hidden && notes.hidden;
  };
  model.addEventListener("change", () => void follow(), { signal: gone });
  addEventListener("language", () => {
    again?.();
    draw();
  }, { signal: gone });
  void follow();
}
