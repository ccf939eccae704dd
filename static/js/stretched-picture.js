// A picture that the server drew of a stretch of an axis: between places of the window and values, and a drag over a part
// of it, which is then shown larger. Its SVG says where its area lies.
import { LEAST_DRAG } from "./stretch.js";

const SVG = "http://www.w3.org/2000/svg";

export class StretchedPicture {
  first = 0;
  last = 1;

  constructor(place, stretch) {
    this.place = place;
    this.stretch = stretch;
  }

  get picture() {
    return this.place.querySelector("svg");
  }

  /** The picture's area, in its own units. */
  get area() {
    const { left, right, top, bottom } = this.picture.dataset;
    return { left: +left, width: right - left, top, bottom };
  }

  /** In units of the picture. */
  x(value) {
    const { left, width } = this.area;
    return left + (width * (value - this.first)) / (this.last - this.first);
  }

  /** The value below a place of the window, beyond the area's ends too. */
  valueAt(clientX, [first, last] = [this.first, this.last]) {
    const box = this.picture.getBoundingClientRect();
    const { left, width } = this.area;
    const inside = ((clientX - box.left) / box.width) * this.picture.viewBox.baseVal.width - left;
    return first + (inside / width) * (last - first);
  }

  held(value) {
    return Math.min(this.last, Math.max(this.first, value));
  }

  listenToStretches() {
    this.stretch.listenToKeys(this.place);
    // The picture comes later than what a gesture has already chosen.
    this.stretch.listenToPointers(this.place, (x) => this.valueAt(x, this.stretch.shown));
    this.#listenToDrags();
  }

  /** A stretch is dragged over to be shown larger; a double click shows all. */
  #listenToDrags() {
    const { place } = this;
    let start = null;
    let band = null;
    const end = (event) => {
      const [from, to] = [start, event.clientX].sort((a, b) => a - b);
      const dragged = start !== null && event.type === "pointerup" && to - from >= LEAST_DRAG;
      start = null;
      band?.remove();
      if (dragged) this.stretch.show([from, to].map((x) => this.held(this.valueAt(x))));
    };
    place.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "mouse" || event.button || event.shiftKey) return;
      start = event.clientX;
      event.preventDefault(); // nothing is selected as text on the way
      place.focus({ preventScroll: true });
      place.setPointerCapture(event.pointerId);
      band = this.picture.appendChild(document.createElementNS(SVG, "path"));
      band.setAttribute("class", "dragged");
    });
    place.addEventListener("pointermove", (event) => {
      if (start === null) return;
      const { top, bottom } = this.area;
      const [from, to] = [start, event.clientX].map((x) => this.x(this.held(this.valueAt(x))));
      band.setAttribute("d", `M${from} ${top}H${to}V${bottom}H${from}Z`);
    });
    for (const name of ["pointerup", "pointercancel"]) place.addEventListener(name, end);
    place.addEventListener("dblclick", () => this.stretch.show(null));
  }
}
