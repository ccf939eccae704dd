// <pareto-plot>: fitness against a cost. The server draws a still picture into the element; this replaces it, names
// what the pointer or the arrow keys are on, and turns a drag into the bounds of the selection's form.
import { Brush } from "./brush.js";
import { count, magnitude, perCent } from "./numbers.js";
import { axis, colour, dots, forgetColours } from "./plot-style.js";
import { Poller, fetchText } from "./polling.js";

const SECONDS = 10;
const REACH = 16; // pixels around the pointer
const STRIDES = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1, Home: -Infinity, End: Infinity };
const [STEP, COST, FITNESS] = [0, 1, 2];

const seconds = (value) => {
  if (value < 60) return `${+value.toFixed(value < 10 ? 1 : 0)}\u00a0s`;
  return value < 3600 ? `${+(value / 60).toFixed(1)}\u00a0min` : `${+(value / 3600).toFixed(1)}\u00a0h`;
};

class ParetoPlot extends HTMLElement {
  #points = [];
  #front = [];
  #range = [1, 0, 1];
  #version = "";
  #at = null;

  connectedCallback() {
    this.form = document.getElementById("selection-form");
    this.write = this.dataset.cost === "seconds" ? seconds : magnitude;
    this.stopping = new AbortController();
    const { signal } = this.stopping;
    this.poller = new Poller((abort) => this.#ask(abort), SECONDS, (error, failures) => this.#failed(failures));
    this.poller.now();
    document.addEventListener("theme:change", () => this.#retheme(), { signal });
    this.form.addEventListener("input", () => this.brush?.show(this.#bounds()), { signal });
    this.form.addEventListener("change", () => this.#remember(), { signal });
    document.getElementById("clear-selection").addEventListener("click", (event) => this.#clear(event), { signal });
    this.resizing = new ResizeObserver(() => this.#fit());
    this.resizing.observe(this);
  }

  disconnectedCallback() {
    this.poller.stop();
    this.stopping.abort();
    this.resizing.disconnect();
    this.plot?.destroy();
  }

  async #ask(signal) {
    const address = `${this.dataset.source}&seen=${encodeURIComponent(this.#version)}`;
    const answer = JSON.parse(await fetchText(address, signal, { Accept: "application/json" }));
    this.dataset.state = answer.open ? "streaming" : "done";
    this.querySelector(".live-note").textContent = "";
    if (!answer.same) this.#show(answer);
    return answer.open;
  }

  #show(answer) {
    const renew = this.#version !== "";
    this.#version = answer.version;
    this.#points = answer.points.sort((a, b) => a[COST] - b[COST]);
    this.#front = answer.front;
    this.#range = answer.range;
    const onFront = new Map(answer.front.map((point) => [point[STEP], point[FITNESS]]));
    // The staircase goes on level to the plot's edge: one more place, without a dot.
    const costs = [...this.#points.map((point) => point[COST]), this.#range[0]];
    const cloud = [...this.#points.map((point) => Math.max(point[FITNESS], this.#range[1])), null];
    const stairs = [...this.#points.map((point) => onFront.get(point[STEP]) ?? null), this.#front.at(-1)?.[FITNESS] ?? null];
    const corners = [...stairs.slice(0, -1), null];
    if (!this.plot) this.#build();
    this.plot.setData([costs, cloud, stairs, corners]);
    if (renew) htmx.ajax("GET", location.href, { target: "#front" });
  }

  #build() {
    const place = this.querySelector("[data-plot]");
    place.replaceChildren();
    place.classList.add("live");
    this.plot = new uPlot(
      {
        width: place.clientWidth,
        height: this.#height(place),
        padding: [8, 22, 0, 0],
        legend: { show: false },
        cursor: { drag: { x: false, y: false }, points: { show: false }, x: false, y: false },
        scales: { x: { time: false, range: () => [0, this.#range[0]] }, y: { range: () => this.#range.slice(1) } },
        axes: [
          axis({ values: (_, splits) => splits.map(this.write), size: 28, space: 70 }),
          axis({ values: (_, splits) => splits.map((value) => `${+(100 * value).toFixed(1)}\u00a0%`), size: 52, gap: 4 }),
        ],
        series: [
          {},
          dots("--dot", 4),
          { stroke: () => colour("--front"), width: 1.75, spanGaps: true, paths: uPlot.paths.stepped({ align: 1 }), points: { show: false } },
          dots("--front", 7),
        ],
        hooks: { draw: [() => this.brush?.dragging || this.brush?.show(this.#bounds())] },
      },
      [[], [], [], []],
      place,
    );
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
    this.brush = new Brush(this.plot, (bounds) => this.#fill(bounds));
    this.#listen(place);
  }

  #listen(place) {
    const over = this.plot.over;
    over.addEventListener("pointermove", (event) => !this.brush.dragging && this.#point(this.#nearest(event)));
    over.addEventListener("pointerleave", () => this.#point(null));
    over.addEventListener("click", (event) => {
      if (event.target.closest("a") || this.brush.dragged) return;
      const near = this.#nearest(event);
      if (event.pointerType === "touch") this.#point(near); // a finger first points; the tip is what it taps to open
      else if (near) this.#open(near, event.ctrlKey || event.metaKey);
    });
    place.tabIndex = 0;
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", `Fitness against ${this.dataset.label}. Arrow keys move along the front, Enter opens an individual.`);
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
    const next = (place < 0 ? (stride > 0 ? -1 : last + 1) : place) + stride;
    this.#point(this.#front[Math.min(last, Math.max(0, next))]);
    this.spoken.textContent = this.#words(this.#at).join(", ");
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

  #point(point) {
    this.#at = point;
    this.tip.hidden = this.mark.hidden = !point;
    this.plot.over.classList.toggle("pointing", Boolean(point));
    if (!point) return;
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

  /** The form's fields as the brush wants them; null: no bound. */
  #bounds() {
    const field = (name) => (this.form.elements[name].value === "" ? null : Number(this.form.elements[name].value));
    const share = (name) => (field(name) === null ? null : field(name) / 100);
    return { left: field("cost_from"), right: field("cost_to"), bottom: share("fitness_from"), top: share("fitness_to") };
  }

  /** A rectangle into the form. At an edge of the plot there is no bound: what lies beyond belongs to it as well. */
  #fill(bounds) {
    const digits = this.dataset.cost === "seconds" ? 2 : 0;
    const [most, low, high] = this.#range;
    const write = (name, value, edge, places) => {
      this.form.elements[name].value = value === null || edge ? "" : +value.toFixed(places);
    };
    const none = { left: null, right: null, bottom: null, top: null };
    const { left, right, bottom, top } = bounds ?? none;
    write("cost_from", left, left <= 0, digits);
    write("cost_to", right, right >= most, digits);
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

  #height(place) {
    return Math.max(260, Math.min(440, Math.round(place.clientWidth * 0.52)));
  }

  #fit() {
    const place = this.querySelector("[data-plot]");
    if (!this.plot || !place.clientWidth || place.clientWidth === this.plot.width) return;
    this.plot.setSize({ width: place.clientWidth, height: this.#height(place) });
  }

  #retheme() {
    forgetColours();
    this.plot?.redraw(false, true);
  }
}

customElements.define("pareto-plot", ParetoPlot);
