// One answer of the bank, as a customer sees it: the question, and what is said to it once it is opened. It imports nothing,
// so that a page may load it later without a second copy of its parts.

/** @typedef {{id: string, code: string, subject: string, question: string, text: string, guides: string[], certainty: number}} Found */

/**
 * @param {typeof import("parts/dom.js").h} h @param {{question: string, text: string, lang?: string}} said
 * @param {{open?: boolean, opened?: () => void}} [how] @param {...import("parts/dom.js").Child} below
 */
export function answerCard(h, { question, text, lang }, { open = false, opened } = {}, ...below) {
  const card = h("details", { class: "answer card", open, lang },
    h("summary", null, h("b", { text: question })),
    h("div", { class: "stack" }, h("p", { class: "answer-text", text }), ...below));
  let told = open;
  card.addEventListener("toggle", () => {
    if (told || !(/** @type {HTMLDetailsElement} */ (card).open)) return;
    told = true;
    opened?.();
  });
  return card;
}
