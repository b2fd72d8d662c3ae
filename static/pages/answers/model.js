// The answers, the one that is being written, and what may be done with it.

/** @typedef {{questions: string[], text: string}} Wording */
/** @typedef {{offered: number, opened: number, helped: number, not_helped: number, inserted: number, relapsed: number}} Outcome */
/** @typedef {{id: string, code: string, state: string, subject: string, questions: Record<string, string>, offered: boolean, edited: boolean, faults: number, changed_at: string, outcome: Outcome}} Line */
/** @typedef {{number: number, kind: string, at: string, by: string | null, changes: Record<string, {kind: string, text: string}[]>}} Version */
/** @typedef {{id: string, code: string, version: number, state: string, subject: string, guides: string[], valid_from: string | null, valid_until: string | null, texts: Record<string, Wording>, offered: boolean, edited: boolean, reviewer: string | null, changed_at: string, published_at: string | null, faults: {code: string, where: string, params: Record<string, unknown>}[], outcome: Outcome, versions: Version[]}} Answer */
/** @typedef {{subject: string, texts: Record<string, Wording>, guides: string[], valid_from: string | null, valid_until: string | null}} Draft */

export const SUBJECTS = ["leak", "no_water", "pressure", "quality", "meter", "bills", "account", "home", "emergency", "service"];
export const LANGUAGES = /** @type {const} */ (["zh-Hans", "zh-Hant", "en"]);
const HERE = "/api/answers";

/** Dispatches `list`, `chosen` (another answer, or it was told anew) and `draft` (something was written). */
export class Model extends EventTarget {
  /** @param {import("parts/page.js").Page} page @param {boolean} publishes */
  constructor(page, publishes) {
    super();
    this.page = page;
    this.publishes = publishes;
    /** @type {Line[]} */
    this.lines = [];
    /** @type {Answer | null} */
    this.chosen = null;
    /** @type {Draft | null} */
    this.draft = null;
    this.unsaved = false;
    /** @type {Promise<void> | null} */
    this.saving = null;
    this.words = "";
    this.subject = "";
  }

  async read() {
    const [words, subject] = [this.words, this.subject];
    const query = { ...(words ? { words } : {}), ...(subject ? { subject } : {}) };
    const lines = await this.page.api.get(HERE, { query });
    if (words !== this.words || subject !== this.subject) return;
    this.lines = lines;
    this.tell("list");
  }

  /** @param {string} id */
  async choose(id) {
    this.take(await this.page.api.get(`${HERE}/${id}`));
  }

  /** @param {string} code @param {string} [question] */
  async write(code, question = "") {
    const { language } = this.page.shell;
    const texts = Object.fromEntries(LANGUAGES.map((each) => [each, { questions: each === language && question ? [question] : [], text: "" }]));
    this.take(await this.page.api.post(HERE, { code, subject: this.subject || "service", texts }));
    await this.read();
  }

  /** @param {Partial<Draft>} changes */
  change(changes) {
    if (!this.draft) return;
    this.draft = { ...this.draft, ...changes };
    this.unsaved = true;
    this.tell("draft");
  }

  /** Saves what is written; asked again meanwhile, it is the same saving. @returns {Promise<void>} */
  save() {
    this.saving ??= this.put().finally(() => {
      this.saving = null;
    });
    return this.saving;
  }

  async put() {
    const { chosen, draft } = this;
    if (!chosen || !draft) return;
    const answer = await this.page.api.put(`${HERE}/${chosen.id}`, { ...draft, version: chosen.version });
    if (this.draft === draft) this.take(answer);
    else if (this.chosen?.id === answer.id) {
      this.chosen = answer; // what was written meanwhile stays, and is still to be saved
      this.tell("draft");
    }
    await this.read();
  }

  /** @param {"review" | "publication" | "withdrawal"} what */
  async move(what) {
    while (this.unsaved) await this.save();
    const { chosen } = this;
    if (!chosen) return;
    this.take(await this.page.api.post(`${HERE}/${chosen.id}/${what}`, { version: chosen.version }));
    await this.read();
  }

  /** @param {Answer} answer */
  take(answer) {
    this.chosen = answer;
    const { subject, texts, guides, valid_from, valid_until } = answer;
    this.draft = { subject, texts, guides, valid_from, valid_until };
    this.unsaved = false;
    history.replaceState(history.state, "", `#${answer.id}`);
    this.tell("chosen");
  }

  /** @param {string} type */
  tell(type) {
    this.dispatchEvent(new Event(type));
  }
}
