// <pareto-plot>: fitness against a cost. The server draws the picture; this lies over it, names what the pointer or the arrow keys are on, and turns a drag into the bounds of the selection's form.
import { AskedStretch } from "./asked-stretch.js";
import { Brush } from "./brush.js";
import { count, magnitude, perCent } from "./numbers.js";
import { followPicks } from "./picks.js";
import { Poller, fetchText } from "./polling.js";

const SECONDS = 10;
const REACH = 16; // pixels around the pointer
const MOST_ZOOM = 200; // times the whole axis
const STRIDES = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1, Home: -Infinity, End: Infinity };
const [STEP, COST, FITNESS] = [0, 1, 2];

const seconds = (value) => {
  if (value < 60) return `${+value.toFixed(value < 10 ? 1 : 0)}\u00a0s`;
  return value < 3600 ? `${+(value / 60).toFixed(1)}\u00a0min` : `${+(value / 3600).toFixed(1)}\u00a0h`;
};

/** The area of the server's picture, laid over it: between pixels and values. */
class Area {
  constructor(place, range) {
    this.range = range;
    this.over = document.createElement("div");
    this.over.className = "plot-over";
    const { width, height } = place.querySelector("svg").viewBox.baseVal;
    const { left, right, top, bottom } = place.querySelector("svg").dataset;
    const share = (value, whole) => `${(100 * value) / whole}%`;
    Object.assign(this.over.style, {
      left: share(left, width), width: share(right - left, width), top: share(top, height), height: share(bottom - top, height),
    });
    place.append(this.over);
  }

  #extent(axis) {
    const [first, most, low, high] = this.range();
    return axis === "x" ? [first, most, this.over.clientWidth] : [high, low, this.over.clientHeight];
  }

  valToPos(value, axis) {
    const [first, last, pixels] = this.#extent(axis);
    return ((value - first) / (last - first)) * pixels;
  }

  posToVal(position, axis) {
    const [first, last, pixels] = this.#extent(axis);
    return first + (position / pixels) * (last - first);
  }
}

class ParetoPlot extends HTMLElement {
  #points = [];
  #front = [];
  #first = 0; // of the costs that the picture shows
  #range = [1, 0, 1];
  #end = 1;
  #total = 0;
  #version = "";
  #at = null;
  #byRow = false;

  connectedCallback() {
    this.form = document.getElementById("selection-form");
    this.write = this.dataset.cost === "seconds" ? seconds : magnitude;
    this.stopping = new AbortController();
    const { signal } = this.stopping;
    const ask = () => this.#ask(signal).catch(() => this.#failed(1));
    this.stretch = new AskedStretch(this, { whole: () => [0, this.#end], least: 0, ask });
    this.poller = new Poller((abort) => this.#ask(abort), SECONDS, (error, failures) => this.#failed(failures));
    this.poller.now();
    this.form.addEventListener("input", () => this.brush?.show(this.#bounds()), { signal });
    this.form.addEventListener("change", () => this.#remember(), { signal });
    document.getElementById("clear-selection").addEventListener("click", (event) => this.#clear(event), { signal });
    for (const name of ["pointermove", "pointerdown", "focusin"]) document.addEventListener(name, (event) => this.#pointRow(event), { signal });
    this.resizing = new ResizeObserver(() => this.#fit());
    this.resizing.observe(this);
  }

  disconnectedCallback() {
    this.poller.stop();
    this.stopping.abort();
    this.resizing.disconnect();
  }

  async #ask(signal) {
    const { source } = this.dataset;
    const address = `${source}&seen=${encodeURIComponent(this.#version)}`;
    const answer = JSON.parse(await fetchText(address, signal, { Accept: "application/json" }));
    if (source !== this.dataset.source) return true; // meanwhile something else is to be shown
    this.dataset.state = answer.open ? "streaming" : "done";
    this.querySelector(".live-note").textContent = "";
    if (!answer.same) this.#show(answer);
    return answer.open;
  }

  #show(answer) {
    const renew = this.#version !== "";
    this.#version = answer.version;
    this.#points = answer.points;
    this.#front = answer.front;
    [this.#first, this.#range, this.#end] = [answer.first, answer.range, answer.end];
    this.stretch.least = answer.end / MOST_ZOOM;
    if (!this.plot) this.#build();
    if (renew) this.querySelector("svg.scatter").outerHTML = answer.svg;
    if (renew && answer.total !== this.#total) htmx.ajax("GET", location.href, { target: "#front" });
    this.#total = answer.total;
    if (this.#at) this.#point(this.#at);
    if (!this.brush.dragging) this.brush.show(this.#bounds());
  }

  #build() {
    const place = this.querySelector("[data-plot]");
    place.classList.add("live");
    this.stretch.start();
    this.plot = new Area(place, () => [this.#first, ...this.#range]);
    this.tip = document.createElement("a");
    this.tip.className = "plot-tip";
    this.mark = document.createElement("span");
    this.mark.className = "plot-mark";
    this.tip.hidden = this.mark.hidden = true;
    this.tip.tabIndex = -1;
    this.spoken = document.createElement("span");
    this.spoken.className = "visually-hidden";
    this.spoken.setAttribute("role", "status");
    this.plot.over.append(this.mark, this.tip);
    this.append(this.spoken);
    // Before the rectangle: what moves the picture draws none.
    this.stretch.listenToPointers(this.plot.over, (x) => this.#costAt(x));
    this.stretch.listenToKeys(place);
    this.plot.over.addEventListener("dblclick", (event) => event.target.closest("a") || this.stretch.show(null));
    this.brush = new Brush(this.plot, (bounds) => this.#fill(bounds));
    this.#listen(place);
  }

  #listen(place) {
    const over = this.plot.over;
    over.addEventListener("pointermove", (event) => !this.brush.dragging && this.#point(this.#nearest(event)));
    // A page that scrolls under a mouse at rest makes it leave: what the keys chose stays.
    over.addEventListener("pointerleave", () => document.activeElement === place || this.#point(null));
    over.addEventListener("click", (event) => {
      if (event.target.closest("a") || this.brush.dragged) return;
      const near = this.#nearest(event);
      if (event.pointerType === "touch") this.#point(near); // a finger first points; the tip is what it taps to open
      else if (near) this.#open(near, event.ctrlKey || event.metaKey);
    });
    place.tabIndex = 0;
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", `Fitness against ${this.dataset.label}. Arrow keys move along the front, Enter opens an individual, plus and minus zoom, Shift with an arrow key moves what is shown, 0 shows all.`);
    place.addEventListener("keydown", (event) => {
      if (event.key in STRIDES) this.#move(STRIDES[event.key]);
      else if (event.key === "Enter" && this.#at) this.#open(this.#at, event.ctrlKey || event.metaKey);
      else if (event.key === "Escape") this.#point(null);
      else return;
      event.preventDefault();
    });
    place.addEventListener("blur", () => this.#point(null));
  }

  #move(stride) {
    const last = this.#front.length - 1;
    const place = this.#at ? this.#front.findIndex((point) => point[STEP] === this.#at[STEP]) : -1;
    const [from, to] = this.stretch.shown;
    // The first of those that are shown, from the side that one comes from.
    const begin = stride > 0 ? this.#front.findIndex((point) => point[COST] >= from) - 1 : this.#front.findLastIndex((point) => point[COST] <= to) + 1;
    const next = this.#front[Math.min(last, Math.max(0, (place < 0 ? begin : place) + stride))];
    this.stretch.reveal(next[COST]);
    this.#point(next);
    this.spoken.textContent = this.#words(this.#at).join(", ");
  }

  /** The cost below a place of the window, by what a gesture has already chosen: its picture comes later. */
  #costAt(clientX) {
    const { left, width } = this.plot.over.getBoundingClientRect();
    const [from, to] = this.stretch.shown;
    return from + ((clientX - left) / width) * (to - from);
  }

  #nearest(event) {
    const box = this.plot.over.getBoundingClientRect();
    const [left, top] = [event.clientX - box.left, event.clientY - box.top];
    let [best, distance] = [null, REACH * REACH];
    const low = this.plot.posToVal(left - REACH, "x");
    const high = this.plot.posToVal(left + REACH, "x");
    for (const point of this.#points) {
      if (point[COST] < low || point[COST] > high) continue;
      const across = this.plot.valToPos(point[COST], "x") - left;
      const down = this.plot.valToPos(Math.max(point[FITNESS], this.#range[1]), "y") - top;
      const far = across * across + down * down;
      if (far < distance) [best, distance] = [point, far];
    }
    return best;
  }

  /** A row of the tables points at its dot, as a dot points at its row. */
  #pointRow(event) {
    const row = event.target.closest?.("tr[data-step]");
    if (row && Number(row.dataset.step) === this.#at?.[STEP]) return;
    // With a tap on a row the region around it takes the focus: that points at nothing else.
    if (!row && event.type === "focusin") return;
    if (row && this.plot) this.#point(this.#points.find((point) => point[STEP] === Number(row.dataset.step)) ?? null);
    else if (this.#byRow) this.#point(null);
    this.#byRow = Boolean(row);
  }

  #point(point) {
    this.#at = point;
    for (const each of document.querySelectorAll("tr.pointed")) each.classList.remove("pointed");
    if (point) for (const each of document.querySelectorAll(`tr[data-step="${point[STEP]}"]`)) each.classList.add("pointed");
    const beside = !point || point[COST] < this.#first || point[COST] > this.#range[0];
    this.tip.hidden = this.mark.hidden = beside;
    this.plot.over.classList.toggle("pointing", !beside);
    if (beside) return;
    const left = this.plot.valToPos(point[COST], "x");
    const top = this.plot.valToPos(Math.max(point[FITNESS], this.#range[1]), "y");
    this.mark.style.transform = `translate(${left}px, ${top}px)`;
    const [name, ...facts] = this.#words(point);
    const strong = document.createElement("strong");
    strong.textContent = name;
    this.tip.replaceChildren(strong, ` ${facts.join(" · ")}`);
    this.tip.href = this.#address(point);
    const x = Math.min(Math.max(0, left - this.tip.offsetWidth / 2), this.plot.over.clientWidth - this.tip.offsetWidth);
    this.tip.style.transform = `translate(${x}px, ${top > 44 ? top - 40 : top + 14}px)`;
  }

  #words(point) {
    const unit = this.dataset.cost === "seconds" ? " of training" : ` ${this.dataset.label}`;
    return [`#${count(point[STEP])}`, perCent(point[FITNESS]), `${this.write(point[COST])}${unit}`];
  }

  #address(point) {
    return this.dataset.individual.replace(/0\/$/, `${point[STEP]}/`);
  }

  #open(point, apart) {
    if (apart) window.open(this.#address(point), "_blank", "noopener");
    else location.assign(this.#address(point));
  }

  /** What the picture shows, for a file. */
  rows() {
    const front = new Set(this.#front.map((point) => point[STEP]));
    return [["step", this.dataset.cost, "fitness", "on the front"], ...this.#points.map((point) => [...point, front.has(point[STEP]) ? "yes" : "no"])];
  }

  /** The form's fields as the brush wants them; null: no bound. */
  #bounds() {
    const field = (name) => (this.form.elements[name].value === "" ? null : Number(this.form.elements[name].value));
    const share = (name) => (field(name) === null ? null : field(name) / 100);
    return { left: field("cost_from"), right: field("cost_to"), bottom: share("fitness_from"), top: share("fitness_to") };
  }

  /** A rectangle into the form. At an end of an axis there is no bound: what lies beyond belongs to it as well. */
  #fill(bounds) {
    const digits = this.dataset.cost === "seconds" ? 2 : 0;
    const [most, low, high] = this.#range;
    const write = (name, value, edge, places) => {
      this.form.elements[name].value = value === null || edge ? "" : +value.toFixed(places);
    };
    const none = { left: null, right: null, bottom: null, top: null };
    const { left, right, bottom, top } = bounds ?? none;
    const [from, to] = [left === null ? null : Math.max(left, this.#first), right === null ? null : Math.min(right, most)];
    write("cost_from", from, from <= 0, digits);
    write("cost_to", to, to >= this.#end, digits);
    write("fitness_from", bottom === null ? null : 100 * bottom, bottom <= low, 2);
    write("fitness_to", top === null ? null : 100 * top, top >= high, 2);
    this.form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #clear(event) {
    event.preventDefault();
    this.brush.show({ left: null, right: null, bottom: null, top: null });
    this.#fill(null);
  }

  /** The address keeps the selection, so that it can be shared and survives a reload. */
  #remember() {
    const address = new URL(location.href);
    for (const [name, value] of new FormData(this.form)) {
      if (value) address.searchParams.set(name, value);
      else address.searchParams.delete(name);
    }
    history.replaceState(history.state, "", address);
  }

  #failed(failures) {
    this.dataset.state = this.#version ? "stale" : "error";
    const tries = failures > 1 ? ` (${failures} times)` : "";
    this.querySelector(".live-note").textContent = `Could not be loaded${tries}, trying again`;
  }

  #fit() {
    if (!this.plot) return;
    this.#point(null);
    this.brush.show(this.#bounds());
  }
}

customElements.define("pareto-plot", ParetoPlot);

followPicks(document.getElementById("content"));
