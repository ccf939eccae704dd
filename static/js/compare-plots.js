// <compare-plots>: the courses of several experiments, three panels with one cursor. The server draws the pictures; this
// puts a cursor into them, reads out the values under it into the table below, and asks for new pictures.
import { AskedStretch } from "./asked-stretch.js";
import { count, magnitude, perCent } from "./numbers.js";
import { Poller, fetchText } from "./polling.js";
import { StretchedPicture } from "./stretched-picture.js";

const SECONDS = 10;
const STRIDES = { ArrowLeft: -1 / 50, ArrowRight: 1 / 50, PageUp: -1 / 5, PageDown: 1 / 5, Home: -1, End: 1 };
const LEAST = 2; // of the axis, in its unit
const SVG = "http://www.w3.org/2000/svg";

const duration = (seconds) => {
  if (seconds < 60) return `${+seconds.toFixed(seconds < 10 ? 1 : 0)}\u00a0s`;
  return seconds < 3600 ? `${+(seconds / 60).toFixed(1)}\u00a0min` : `${+(seconds / 3600).toFixed(1)}\u00a0h`;
};

/** The value of a line at x: that of its last point up to x; null before it begins and after it ends. */
function valueAt([xs, ys], x) {
  if (!xs.length || x < xs[0] || x > xs.at(-1)) return null;
  let [low, high] = [0, xs.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (xs[middle] <= x) low = middle;
    else high = middle - 1;
  }
  return ys[low];
}

class Panel extends StretchedPicture {
  constructor(host, place) {
    super(place, host.stretch);
    this.host = host;
    this.name = place.dataset.plot;
  }

  show({ svg, first, range, series }) {
    this.series = series;
    if (this.text && this.text !== svg) this.place.innerHTML = svg; // the first answer is what stands there
    this.text = svg;
    [this.first, this.last] = [first, range[0]];
    this.middles = new Map(series.map(({ number, lines, band }) => [number, band.length ? [band[0], band[2]] : lines[0]]));
    if (!this.cursor) this.#listen();
    this.cursor?.remove();
    this.cursor = this.picture.appendChild(document.createElementNS(SVG, "path"));
    this.cursor.setAttribute("class", "cursor");
  }

  point(x) {
    const { top, bottom } = this.area;
    const beside = x === null || x < this.first || x > this.last;
    this.cursor.setAttribute("d", beside ? "" : `M${this.x(x)} ${top}V${bottom}`);
  }

  value(number, x) {
    const middle = this.middles.get(number);
    const value = middle ? valueAt(middle, x) : null;
    if (value === null) return "–";
    return this.name === "parameters" ? magnitude(value) : perCent(value, 2);
  }

  #listen() {
    const { place, host } = this;
    place.tabIndex = 0;
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", `${place.dataset.title} of each experiment. Arrow keys move along the axis; the table below reads out the values. Plus and minus zoom, Shift with an arrow key moves what is shown, 0 shows all.`);
    this.listenToStretches();
    const read = (event) => {
      const value = this.valueAt(event.clientX);
      host.read(value < this.first || value > this.last ? null : value);
    };
    place.addEventListener("pointerdown", read);
    place.addEventListener("pointermove", read);
    // A finger leaves as soon as it is lifted; what it read stays until the next tap.
    // A page that scrolls under a mouse at rest makes that leave too: what the keys chose stays.
    place.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && document.activeElement !== place && host.read(null));
    place.addEventListener("keydown", (event) => {
      if (event.key in STRIDES) host.read(Math.min(this.last, Math.max(this.first, (host.at ?? this.first) + STRIDES[event.key] * (this.last - this.first))));
      else if (event.key === "Escape") host.read(null);
      else return;
      event.preventDefault();
    });
    place.addEventListener("blur", () => host.read(null));
  }
}

class ComparePlots extends HTMLElement {
  connectedCallback() {
    this.stopping = new AbortController();
    const { signal } = this.stopping;
    this.atRest = new Map([...this.querySelectorAll("[data-readout]")].map((cell) => [cell, cell.textContent]));
    this.at = null;
    this.end = 0;
    const ask = () => this.#ask(signal, true).catch(() => this.#failed());
    this.stretch = new AskedStretch(this, { whole: () => [0, this.end], least: LEAST, ask });
    this.panels = [...this.querySelectorAll("[data-plot]")].map((element) => new Panel(this, element));
    this.poller = new Poller((abort) => this.#ask(abort), SECONDS, () => this.#failed());
    this.poller.now();
    const rows = this.querySelector(".readout tbody");
    const lit = (event) => event.target.closest?.("tr[data-series]")?.dataset.series;
    rows.addEventListener("pointerover", (event) => this.#light(lit(event)), { signal });
    rows.addEventListener("pointerleave", () => this.#light(), { signal });
    rows.addEventListener("focusin", (event) => this.#light(lit(event)), { signal });
    rows.addEventListener("focusout", () => this.#light(), { signal });
  }

  /** The lines of one panel, for a file. */
  rows(chart) {
    const panel = this.panels.find(({ place }) => place === chart || place.contains(chart));
    const lines = (panel?.series ?? []).flatMap(({ number, lines: all }) => all.flatMap(([xs, ys], line) => xs.map((x, index) => [number, line + 1, x, ys[index]])));
    return [["experiment", "line", "x", "value"], ...lines];
  }

  disconnectedCallback() {
    this.poller.stop();
    this.stopping.abort();
  }

  async #ask(signal, zoomed = false) {
    const { source } = this.dataset;
    const text = await fetchText(source, signal, { Accept: "application/json" });
    if (source !== this.dataset.source) return true; // meanwhile something else is to be shown
    const answer = JSON.parse(text);
    this.#begin(answer);
    this.dataset.state = answer.open ? "streaming" : "done";
    this.querySelector(".live-note").textContent = "";
    if (text !== this.text) {
      if (this.text && !zoomed) htmx.ajax("GET", location.href, { target: "#results" });
      this.text = text;
      for (const plot of answer.plots) this.panels.find((panel) => panel.name === plot.name)?.show(plot);
      this.#light(this.lit);
      if (this.at !== null) this.read(this.at);
    }
    return answer.open;
  }

  /** The end of the axis is known by the first answer, and so is what an address shows of it. */
  #begin({ end }) {
    const isFirst = !this.end;
    this.end = end;
    if (isFirst) this.stretch.start();
  }

  #failed() {
    this.dataset.state = this.text ? "stale" : "error";
    this.querySelector(".live-note").textContent = "The curves could not be loaded, trying again";
  }

  /** Values at x into the table; the last ones for null. */
  read(x) {
    this.at = x;
    for (const panel of this.panels) panel.point(x);
    const seconds = this.dataset.axis === "seconds";
    const place = seconds || x === null ? x : Math.round(x); // what it says is what it reads
    for (const [cell, atRest] of this.atRest) {
      if (x === null) cell.textContent = atRest;
      else if (cell.dataset.readout === "x") cell.textContent = `at ${seconds ? duration(place) : count(place)}`;
      else {
        const panel = this.panels.find(({ name }) => name === cell.dataset.readout);
        cell.textContent = panel.value(Number(cell.closest("tr").dataset.series), place);
      }
    }
  }

  /** One line among the others; all of them without a number. */
  #light(number) {
    this.lit = number;
    for (const line of this.querySelectorAll("[data-plot] [data-series]"))
      line.classList.toggle("faint", number !== undefined && line.dataset.series !== number);
  }
}

customElements.define("compare-plots", ComparePlots);
