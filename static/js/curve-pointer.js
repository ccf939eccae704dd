// Pointing at an individual in the curves: by mouse, touch or arrow keys. It is named in a tip; Enter or a click opens it.
import { count, magnitude, perCent } from "./numbers.js";

const REACH = 14; // pixels around the pointer
const STILL = 5; // pixels that a click may move
const STRIDES = { ArrowLeft: -1, ArrowRight: 1, PageUp: -50, PageDown: 50, Home: -Infinity, End: Infinity };

export class Pointer {
  #step = null;
  #crosses = true;

  constructor(host, plots, data, zoom) {
    this.host = host;
    this.data = data;
    this.zoom = zoom;
    this.plot = plots[0].plot;
    this.plots = plots.map(({ plot }) => plot);
    this.tip = document.createElement("a");
    this.tip.className = "curve-tip";
    this.tip.hidden = true;
    this.mark = document.createElement("span");
    this.mark.className = "curve-mark";
    this.mark.hidden = true;
    this.spoken = document.createElement("span");
    this.spoken.className = "visually-hidden";
    this.spoken.setAttribute("role", "status");
    this.plot.over.append(this.mark, this.tip);
    host.append(this.spoken);
    this.#followRows(plots[0].element);
    for (const { plot, element } of plots) this.#listen(plot, element);
    this.#listenKeys(plots[0].element);
  }

  /** A row of the population points at its dot, as a dot points at its row. */
  #followRows(element) {
    const rows = document.getElementById("population");
    const point = (event) => {
      const step = event.target.closest?.("tr[data-step]")?.dataset.step;
      if (step !== undefined && Number(step) !== this.#step) this.#select(Number(step));
    };
    // Not pointerover: a page that scrolls under a mouse at rest sends it too, and would undo what the keys chose.
    for (const name of ["pointermove", "pointerdown", "focusin"]) rows?.addEventListener(name, point);
    // A finger leaves as soon as it is lifted: what it pointed at stays.
    for (const name of ["pointerleave", "focusout"]) rows?.addEventListener(name, (event) => event.pointerType === "touch" || document.activeElement === element || this.#select(null));
  }

  #markRow(step) {
    for (const each of document.querySelectorAll("#population tr.pointed")) each.classList.remove("pointed");
    if (step !== null) document.querySelector(`#population tr[data-step="${step}"]`)?.classList.add("pointed");
  }

  /** After new data: the same individual stands elsewhere. */
  refresh() {
    if (this.#step !== null) this.#select(this.#step, this.#crosses);
  }

  #listen(plot, element) {
    const over = plot.over;
    // On the tip itself nobody points at what lies under it.
    const point = (event) => event.target.closest("a") || this.#select(this.#nearest(plot, event), event.pointerType !== "mouse");
    let pressedOnTip = false;
    let pressedAt = [0, 0];
    over.addEventListener("pointermove", point);
    over.addEventListener("pointerdown", (event) => {
      pressedOnTip = Boolean(event.target.closest("a"));
      pressedAt = [event.clientX, event.clientY];
      point(event);
    });
    over.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse" && document.activeElement !== element) this.#select(null, false);
    });
    // A finger first points; the tip itself is what it taps to open.
    over.addEventListener("click", (event) => {
      // The tap that made the tip appear under the finger does not open it.
      if (event.target.closest("a") && !pressedOnTip) event.preventDefault();
      const moved = Math.hypot(event.clientX - pressedAt[0], event.clientY - pressedAt[1]);
      if (moved > STILL) return; // the end of a drag opens nothing
      if (event.pointerType === "touch" || event.target.closest("a") || this.#step === null) return;
      this.#open(event.ctrlKey || event.metaKey);
    });
  }

  #listenKeys(element) {
    element.tabIndex = 0;
    element.setAttribute("role", "group");
    element.setAttribute("aria-label", `Fitness of each individual. ${this.host.dataset.told}Arrow keys move through them, Enter opens one, plus and minus zoom, Shift with an arrow key moves what is shown, 0 shows all.`);
    element.addEventListener("keydown", (event) => {
      if (event.key in STRIDES) this.#move(STRIDES[event.key]);
      else if (event.key === "Enter" && this.#step !== null) this.#open(event.ctrlKey || event.metaKey);
      else if (event.key === "Escape") this.#select(null);
      else return;
      event.preventDefault();
    });
    // A finger on the tip takes the focus to it: hidden then, it would not be there for the click that opens it.
    element.addEventListener("blur", (event) => event.relatedTarget === this.tip || this.#select(null));
    this.tip.addEventListener("blur", (event) => event.relatedTarget === element || this.#select(null));
  }

  #move(stride) {
    const points = this.data.sorted;
    const last = points.length - 1;
    // From beside the first or the last that is shown.
    const begin = stride > 0 ? lowerBound(points, this.zoom.shown[0]) - 1 : lowerBound(points, this.zoom.shown[1]);
    let index = this.#step === null ? begin : points.findIndex(([step]) => step === this.#step);
    index = Math.min(last, Math.max(0, index + stride));
    this.#select(points[index][0]);
    this.zoom.reveal(points[index][0]);
    this.spoken.textContent = this.#words(this.data.individual(points[index][0])).join(", ");
  }

  #nearest(plot, event) {
    // Not plot.cursor: uPlot listens to mousemove, which comes after pointermove.
    const box = plot.over.getBoundingClientRect();
    const [left, top] = [event.clientX - box.left, event.clientY - box.top];
    const points = this.data.sorted;
    const isFitness = plot === this.plot;
    const reach = plot.posToVal(REACH, "x") - plot.posToVal(0, "x");
    const centre = plot.posToVal(left, "x");
    let [best, distance] = [null, Infinity];
    for (let i = lowerBound(points, centre - reach); i < points.length && points[i][0] <= centre + reach; i++) {
      const across = plot.valToPos(points[i][0], "x") - left;
      const value = isFitness ? (points[i][1] ?? -1) : points[i][2];
      const low = plot.scales.y.min;
      const down = plot.valToPos(Math.max(value, low), "y") - top;
      const far = across * across + down * down;
      if (far < distance) [best, distance] = [points[i][0], far];
    }
    return best;
  }

  /** `crosses`: with a line through all panels; where a mouse points, uPlot draws it, and measures its drags by it. */
  #select(step, crosses = true) {
    const before = this.#step;
    this.#step = step;
    this.#crosses = crosses;
    this.#markRow(step);
    const found = step === null ? null : this.data.individual(step);
    this.tip.hidden = this.mark.hidden = !found;
    this.plot.over.parentElement.classList.toggle("pointing", Boolean(found));
    if (crosses) this.#cross(found ? step : null, before);
    if (!found) return;
    const left = this.plot.valToPos(step, "x");
    if (left < 0 || left > this.plot.over.clientWidth) {
      this.tip.hidden = this.mark.hidden = true; // beside the stretch that is shown
      return;
    }
    const low = this.plot.scales.y.min;
    const top = this.plot.valToPos(Math.max(found.fitness ?? low, low), "y");
    this.mark.style.transform = `translate(${left}px, ${top}px)`;
    const [name, ...facts] = this.#words(found);
    this.tip.href = this.#address(step);
    this.tip.tabIndex = -1;
    const strong = document.createElement("strong");
    strong.textContent = name;
    this.tip.replaceChildren(strong, ` ${facts.join(" · ")}`);
    const room = this.plot.over.clientWidth;
    const width = this.tip.offsetWidth;
    const x = Math.min(Math.max(0, left - width / 2), room - width);
    const y = top > 44 ? top - 40 : top + 14;
    this.tip.style.transform = `translate(${x}px, ${y}px)`;
  }

  /** The same line through all panels. */
  #cross(step, before) {
    if (step === null && before === null) return;
    for (const plot of this.plots) {
      const left = step === null ? -10 : plot.valToPos(step, "x");
      plot.setCursor({ left: left > plot.over.clientWidth ? -10 : left, top: step === null ? -10 : 0 }, false, false);
    }
  }

  #words({ step, fitness, parameters, state }) {
    const value = fitness === null ? state : perCent(fitness);
    return [`#${count(step)}`, value, `${magnitude(parameters)} parameters`];
  }

  #address(step) {
    return this.host.dataset.individual.replace(/0\/$/, `${step}/`);
  }

  #open(apart) {
    const address = this.#address(this.#step);
    if (apart) window.open(address, "_blank", "noopener");
    else location.assign(address);
  }
}

function lowerBound(points, step) {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle][0] < step) low = middle + 1;
    else high = middle;
  }
  return low;
}
