// A rectangle over a uPlot, drawn by mouse, pen or finger. uPlot's own knows the mouse only.

const LEAST = 5; // pixels: less is a click
const EDGE = 6; // pixels: so near to the edge means all there is beyond

export class Brush {
  #start = null;
  dragging = false;
  dragged = false; // whether the last press was a drag: its click means nothing else

  /** `select({left, right, bottom, top})` is told of a rectangle in values, null of one that was clicked away. */
  constructor(plot, select) {
    this.plot = plot;
    this.select = select;
    this.box = document.createElement("div");
    this.box.className = "brush";
    this.box.hidden = true;
    plot.over.append(this.box);
    plot.over.addEventListener("pointerdown", (event) => this.#down(event));
    plot.over.addEventListener("pointermove", (event) => this.#move(event));
    plot.over.addEventListener("pointerup", (event) => this.#up(event));
    plot.over.addEventListener("pointercancel", () => this.#cancel());
  }

  /** Draw bounds in values; null is the plot's edge, all null is nothing. */
  show({ left, right, bottom, top }) {
    this.box.hidden = [left, right, bottom, top].every((bound) => bound === null);
    if (this.box.hidden) return;
    const { clientWidth: width, clientHeight: height } = this.plot.over;
    const x = (value, edge) => (value === null ? edge : Math.min(width, Math.max(0, this.plot.valToPos(value, "x"))));
    const y = (value, edge) => (value === null ? edge : Math.min(height, Math.max(0, this.plot.valToPos(value, "y"))));
    this.#place(x(left, 0), y(top, 0), x(right, width), y(bottom, height));
  }

  #place(left, top, right, bottom) {
    this.box.style.transform = `translate(${left}px, ${top}px)`;
    this.box.style.width = `${Math.max(0, right - left)}px`;
    this.box.style.height = `${Math.max(0, bottom - top)}px`;
  }

  #at(event) {
    const box = this.plot.over.getBoundingClientRect();
    const { clientWidth: width, clientHeight: height } = this.plot.over;
    return [Math.min(width, Math.max(0, event.clientX - box.left)), Math.min(height, Math.max(0, event.clientY - box.top))];
  }

  #down(event) {
    if (event.button !== 0 || event.target.closest("a")) return;
    this.#start = this.#at(event);
    this.dragging = this.dragged = false;
    this.pointer = event.pointerId;
  }

  #move(event) {
    if (!this.#start || event.pointerId !== this.pointer) return;
    const [x, y] = this.#at(event);
    if (!this.dragging && Math.hypot(x - this.#start[0], y - this.#start[1]) < LEAST) return;
    if (!this.dragging) this.plot.over.setPointerCapture(event.pointerId);
    this.dragging = this.dragged = true;
    this.box.hidden = false;
    this.#place(...this.#corners(x, y));
  }

  #up(event) {
    if (!this.#start || event.pointerId !== this.pointer) return;
    const corners = this.#corners(...this.#at(event));
    this.#start = null;
    if (!this.dragging) return;
    this.dragging = false;
    const [left, top, right, bottom] = corners;
    const { clientWidth: width, clientHeight: height } = this.plot.over;
    this.select({
      left: left <= EDGE ? -Infinity : this.plot.posToVal(left, "x"),
      right: right >= width - EDGE ? Infinity : this.plot.posToVal(right, "x"),
      bottom: bottom >= height - EDGE ? -Infinity : this.plot.posToVal(bottom, "y"),
      top: top <= EDGE ? Infinity : this.plot.posToVal(top, "y"),
    });
  }

  /** The browser took the finger for scrolling. */
  #cancel() {
    if (this.dragging) this.box.hidden = true;
    this.#start = null;
    this.dragging = false;
  }

  #corners(x, y) {
    const [a, b] = this.#start;
    return [Math.min(a, x), Math.min(b, y), Math.max(a, x), Math.max(b, y)];
  }
}
