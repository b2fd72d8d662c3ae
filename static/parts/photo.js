// `<cs-photo>`: one picture with its upload: a ring while it goes up, a word when it is there, a tap to try again.

import { h } from "parts/dom.js";
import { icon } from "parts/icon.js";
import { button } from "parts/button.js";
import { t } from "parts/words.js";

const ROUND = 100;

export class Photo extends HTMLElement {
  constructor() {
    super();
    /** @type {(() => void) | null} */
    this.tapped = null;
  }

  /** @param {{src: string, number: number, state?: "sending" | "sent" | "failed", part?: number, tapped?: () => void}} props `part` 0–1 */
  show({ src, number, state = "sent", part = 0, tapped }) {
    this.setAttribute("state", state);
    const words = { sending: t("common.photo.sending"), sent: "", failed: t("common.photo.failed") }[state];
    const name = t("common.photo.number", { number });
    this.replaceChildren(
      h("img", { src, alt: name, loading: "lazy", decoding: "async" }),
      ...(state === "sending" ? [ring(part)] : []),
      ...(words ? [h("span", { class: "word" }, state === "failed" && icon("again"), " ", words)] : []),
      ...(tapped ? [h("button", { type: "button", ariaLabel: state === "failed" ? `${name}: ${words}` : `${t("common.photo.view")}: ${name}`, on: { click: tapped } })] : []),
    );
  }

  /** @param {number} part 0–1 */
  progress(part) {
    this.querySelector(".ring circle:last-child")?.setAttribute("stroke-dashoffset", String(ROUND * (1 - part)));
  }
}

customElements.define("cs-photo", Photo);

/** @param {number} part */
function ring(part) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "ring");
  svg.setAttribute("viewBox", "0 0 40 40");
  for (const offset of [0, ROUND * (1 - part)]) {
    const circle = document.createElementNS(space, "circle");
    for (const [name, value] of Object.entries({ cx: 20, cy: 20, r: 16, pathLength: ROUND, "stroke-dashoffset": offset })) circle.setAttribute(name, String(value));
    svg.append(circle);
  }
  return svg;
}

/**
 * The tile that takes a photo or a file. HEIC is left out on purpose: a phone then hands over a JPEG instead.
 * @param {{t?: string, capture?: boolean, picked: (files: File[]) => void}} props
 */
export function photoAdd({ t: key = "common.photo.add", capture = false, picked }) {
  const input = h("input", {
    type: "file", accept: "image/jpeg,image/png,image/webp", multiple: !capture, capture: capture ? "environment" : null, label: key,
    on: {
      change: () => {
        picked([...(input.files ?? [])]);
        input.value = "";
      },
    },
  });
  const face = button({ icon: "camera", t: key });
  const label = h("label", { class: `${face.className} photo-add` });
  label.append(...face.childNodes, input);
  return label;
}
