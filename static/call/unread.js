// What others have written in a call and nobody has seen yet. A reload does not forget it.

/** @typedef {import("lib/room-types.js").Message} Message */

export class Unread {
  /** @param {string} name of the conversation, on this device @param {() => Message[]} messages oldest first @param {(message: Message) => boolean} mine */
  constructor(name, messages, mine) {
    this.key = `curbstop-read-${name}`;
    this.messages = messages;
    this.mine = mine;
    /** How many messages of others were on the screen. Null before the first look. */
    this.read = sessionStorage.getItem(this.key) === null ? null : Number(sessionStorage.getItem(this.key));
  }

  get theirs() {
    return this.messages().filter((message) => !this.mine(message));
  }

  get count() {
    const { length } = this.theirs;
    return Math.max(0, length - (this.read ?? length));
  }

  /** What was said last and is not on the screen yet. @returns {Message | null} */
  get newest() {
    return this.count > 0 ? (this.theirs.at(-1) ?? null) : null;
  }

  /** The call begins: what was said before it was seen while waiting, or is in the chat for whoever opens it. */
  begin() {
    if (this.read === null) this.see();
  }

  /** The chat is open: all of it is on the screen. */
  see() {
    this.read = this.theirs.length;
    sessionStorage.setItem(this.key, String(this.read));
  }
}
