// What is known of the caller. An answer that comes after the next question is dropped.

/** @typedef {{id: string, version: number, state: string, category: string, channel: string, name: string, phone: string, address: string, description: string, owner: string, mine: boolean, created_at: string}} Open */
/** @typedef {{reference: string, name: string, phone: string, address: string, meter: string, language: string, dependant: boolean, by: string, open: Open[]}} Hit */
/** @typedef {{hits: Hit[], more: boolean, phone: string, open: Open[]}} Found */

export class Model {
  /** @param {import("lib/api.js").Api} api */
  constructor(api) {
    this.api = api;
    /** @type {Found | null} */
    this.found = null;
    /** @type {unknown} */
    this.trouble = null;
    this.text = "";
    this.asked = 0;
  }

  /** @param {string} text @returns {Promise<boolean>} whether this is the latest question's answer */
  async look(text) {
    const number = ++this.asked;
    this.text = text;
    if (!text) {
      this.found = this.trouble = null;
      return true;
    }
    try {
      const found = await this.api.post("/api/counter/lookups", { text });
      if (number !== this.asked) return false;
      [this.found, this.trouble] = [found, null];
    } catch (error) {
      if (number !== this.asked) return false;
      this.trouble = error;
    }
    return true;
  }
}
