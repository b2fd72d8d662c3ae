// A picture seen closer: wheel, two fingers, two taps, or by `step`; moved with one finger or the mouse. It only changes how
// the targets are drawn here; where they are pointed at or drawn on stays what it was (`within` in lib/ink.js).

/** @typedef {{active?: () => boolean, drags?: () => boolean, second?: () => void, signal?: AbortSignal}} ZoomOptions */

const MOST = 6;
const TAP = 2.5;

/** Dispatches `change`. */
export class Zoom extends EventTarget {
  /**
   * @param {HTMLElement} box what is seen through @param {HTMLElement[]} targets what is seen; each fills the box
   * @param {ZoomOptions} [options] `active`: whether there is anything to zoom; `drags`: whether one finger moves it; `second`: another finger came down
   */
  constructor(box, targets, { active = () => true, drags = () => true, second = () => {}, signal } = {}) {
    super();
    this.box = box;
    this.targets = targets;
    this.active = active;
    this.drags = drags;
    this.second = second;
    this.scale = 1;
    this.x = 0;
    this.y = 0;
    /** @type {Map<number, {x: number, y: number}>} fingers that are down */
    this.down = new Map();
    /** Two fingers were down: what the last of them does is not meant for what lies below. */
    this.spent = false;
    const options = { capture: true, ...(signal && { signal }) };
    box.addEventListener("wheel", (event) => this.wheel(event), { ...options, passive: false });
    box.addEventListener("pointerdown", (event) => this.press(event), options);
    box.addEventListener("pointermove", (event) => this.move(event), options);
    for (const type of /** @type {const} */ (["pointerup", "pointercancel"])) box.addEventListener(type, (event) => this.lift(event), options);
    box.addEventListener("dblclick", (event) => this.twice(event), options);
  }

  reset() {
    if (this.scale !== 1) this.to(1, 0, 0);
  }

  /** Closer or farther, around the middle. @param {number} by a factor */
  step(by) {
    const { width, height } = this.box.getBoundingClientRect();
    this.around(width / 2, height / 2, this.scale * by);
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    if (!this.active() || aside(event)) return;
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    this.around(...this.at(event), this.scale * Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.002)));
  }

  /** @param {PointerEvent} event */
  press(event) {
    if (!this.active() || aside(event)) return;
    if (event.isPrimary) this.down.clear();
    const [x, y] = this.at(event);
    this.down.set(event.pointerId, { x, y });
    if (this.down.size < 2) this.spent = false;
    else {
      if (!this.spent) this.second();
      this.spent = true;
      event.stopPropagation();
      event.preventDefault();
    }
  }

  /** @param {PointerEvent} event */
  move(event) {
    const before = this.down.get(event.pointerId);
    if (!before) return;
    const [x, y] = this.at(event);
    if (this.down.size === 2) {
      const other = [...this.down].find(([id]) => id !== event.pointerId)?.[1] ?? before;
      const was = Math.hypot(before.x - other.x, before.y - other.y);
      const is = Math.hypot(x - other.x, y - other.y);
      // Around the finger that rests; half of the way of the other moves the picture.
      this.around((before.x + other.x) / 2, (before.y + other.y) / 2, this.scale * (was > 0 ? is / was : 1));
      this.to(this.scale, this.x + (x - before.x) / 2, this.y + (y - before.y) / 2);
    } else if (this.down.size === 1 && this.scale > 1 && this.drags() && !this.spent) this.to(this.scale, this.x + x - before.x, this.y + y - before.y);
    Object.assign(before, { x, y });
    if (this.spent) event.stopPropagation();
  }

  /** @param {PointerEvent} event */
  lift(event) {
    if (!this.down.delete(event.pointerId)) return;
    if (this.spent) event.stopPropagation();
  }

  /** @param {MouseEvent} event */
  twice(event) {
    if (!this.active() || !this.drags() || aside(event)) return;
    event.preventDefault();
    if (this.scale > 1) this.reset();
    else this.around(...this.at(event), TAP);
  }

  /** Scales so that what is under (x, y) stays there. @param {number} x @param {number} y @param {number} scale */
  around(x, y, scale) {
    const now = Math.min(MOST, Math.max(1, scale));
    const by = now / this.scale;
    this.to(now, x - (x - this.x) * by, y - (y - this.y) * by);
  }

  /** @param {number} scale @param {number} x @param {number} y */
  to(scale, x, y) {
    const { clientWidth: width, clientHeight: height } = this.box;
    this.scale = scale < 1.01 ? 1 : scale;
    this.x = Math.min(0, Math.max(width * (1 - this.scale), x));
    this.y = Math.min(0, Math.max(height * (1 - this.scale), y));
    for (const target of this.targets) {
      target.style.transformOrigin = "0 0";
      target.style.transform = this.scale === 1 ? "" : `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
    }
    this.box.toggleAttribute("data-zoomed", this.scale > 1);
    this.dispatchEvent(new Event("change"));
  }

  /** @param {MouseEvent} event @returns {[number, number]} in the box */
  at(event) {
    const { left, top } = this.box.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }
}

/** On a control that lies over the picture. @param {Event} event */
function aside(event) {
  return event.target instanceof Element && event.target.closest("button, input, form, .call-low, .drawer") !== null;
}
