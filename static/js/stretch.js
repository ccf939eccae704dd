// The stretch of a chart's horizontal axis that is shown, and what changes it beside a drag, which is the chart's own:
// buttons, keys, the wheel, Shift and a drag, two fingers.

const FACTOR = 1.5;
const STRIDE = 0.25; // of what is shown
const KEYS = { "+": "in", "=": "in", "-": "out", 0: "all" };
export const LEAST_DRAG = 6; // pixels over a stretch to be shown larger: less is a click by a hand that trembles
const STILL = 4; // pixels: less is a press, not a drag

export class Stretch {
  #shown = null;

  /** `whole()` is all that can be shown, [first, last]; `changed()` is told of every other stretch. */
  constructor({ whole, changed, least }) {
    Object.assign(this, { whole, changed, least });
  }

  get shown() {
    return this.#shown ?? this.whole();
  }

  get isWhole() {
    return this.#shown === null;
  }

  /** Null: all of it. Wider than all is all, and nothing lies beyond its ends. */
  show(stretch) {
    const [first, last] = this.whole();
    let next = null;
    if (stretch) {
      const span = stretch[1] - stretch[0];
      if (span < this.least) return;
      const from = Math.min(Math.max(first, stretch[0]), last - span);
      next = span < last - first ? [from, from + span] : null;
    }
    if (String(next) === String(this.#shown)) return;
    this.#shown = next;
    this.#offer();
    this.changed();
  }

  /** As an address says it: nothing has changed. */
  begin(stretch) {
    this.#shown = stretch;
  }

  /** Around a value, which stays where it is. */
  zoom(factor, around) {
    const [from, to] = this.shown;
    const centre = around ?? (from + to) / 2;
    const next = [centre - (centre - from) / factor, centre + (to - centre) / factor];
    if (next[1] - next[0] < this.least) this.show([centre - this.least / 2, centre + this.least / 2]);
    else this.show(next);
  }

  pan(values) {
    if (!this.isWhole) this.show(this.shown.map((end) => end + values));
  }

  /** Just so far that a value is shown. */
  reveal(value) {
    const [from, to] = this.shown;
    if (value < from) this.pan(value - from);
    else if (value > to) this.pan(value - to);
  }

  act(name) {
    const [from, to] = this.shown;
    if (name === "in") this.zoom(FACTOR);
    else if (name === "out") this.zoom(1 / FACTOR);
    else if (name === "all") this.show(null);
    else this.pan((name === "on" ? STRIDE : -STRIDE) * (to - from));
  }

  /** `[data-stretch]` in, out, back, on, all: the last three only while there is something beside what is shown. */
  listenToButtons(group) {
    this.group = group;
    group.addEventListener("click", (event) => {
      const button = event.target.closest("[data-stretch]");
      if (button) this.act(button.dataset.stretch);
    });
    this.#offer();
  }

  #offer() {
    for (const button of this.group?.querySelectorAll("[data-stretch]") ?? []) {
      if (["in", "out"].includes(button.dataset.stretch)) continue;
      // The focus must not fall out of the page with the button that is no longer needed.
      if (this.isWhole && button === document.activeElement) this.group.querySelector("[data-stretch=in]").focus();
      button.hidden = this.isWhole;
    }
  }

  /** + and - zoom, 0 shows all, Shift and an arrow pans. */
  listenToKeys(element) {
    element.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.shiftKey && event.key.startsWith("Arrow")) this.act(event.key === "ArrowLeft" || event.key === "ArrowDown" ? "back" : "on");
      else if (event.key in KEYS) this.act(KEYS[event.key]);
      else return;
      event.preventDefault();
      event.stopImmediatePropagation();
    });
  }

  /** `valueAt(clientX)` is the value below a place of the window. */
  listenToPointers(element, valueAt) {
    element.addEventListener("wheel", (event) => {
      const across = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
      const value = valueAt(event.clientX);
      if (event.ctrlKey) this.zoom(Math.exp(-event.deltaY / 300), value);
      else if (!this.isWhole && Math.abs(across) > (event.shiftKey ? 0 : Math.abs(event.deltaY))) this.pan(valueAt(event.clientX + across) - value);
      else return; // the wheel alone scrolls the page
      event.preventDefault();
    }, { passive: false });
    const pressed = new Map();
    let moved = false;
    element.addEventListener("pointerdown", (event) => {
      if (!pressed.size) moved = false;
      if (event.pointerType === "touch" || (event.shiftKey && !event.button)) pressed.set(event.pointerId, event.clientX);
    }, true);
    element.addEventListener("pointermove", (event) => {
      const before = pressed.get(event.pointerId);
      const [other] = [...pressed].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
      const alone = other === undefined;
      if (before === undefined || (alone && event.pointerType === "touch")) return; // one finger points
      event.stopImmediatePropagation();
      const now = event.clientX;
      if (!moved && Math.abs(now - before) < STILL) return;
      moved = true;
      if (!alone) this.zoom((Math.abs(now - other) || 1) / (Math.abs(before - other) || 1), valueAt(other));
      else this.pan(valueAt(before) - valueAt(now));
      pressed.set(event.pointerId, now);
    }, true);
    for (const name of ["pointerup", "pointercancel"]) addEventListener(name, (event) => pressed.delete(event.pointerId), true);
    element.addEventListener("click", (event) => moved && event.stopImmediatePropagation(), true);
  }
}
