// <live-curves>: fitness and parameters of each child against its step, following the search.
// The server draws a still picture into the element; this replaces it, and asks only for what is new.
import { CurveData } from "./curve-data.js";
import { fitnessPlot, parametersPlot } from "./curve-plots.js";
import { Pointer } from "./curve-pointer.js";
import { Poller, fetchText } from "./polling.js";
import { Stretch } from "./stretch.js";

const SECONDS = 2;
const LEAST_STEPS = 2;

class LiveCurves extends HTMLElement {
  #data;
  #plots = [];
  #cursor = "";
  #poller;
  #pointer;
  #updated = 0;

  connectedCallback() {
    this.#data = new CurveData(Number(this.dataset.individuals), Number(this.dataset.initial));
    this.stopping = new AbortController();
    const { signal } = this.stopping;
    this.#poller = new Poller((abort) => this.#ask(abort), SECONDS, (_, failures) => this.#failed(failures));
    this.#poller.now();
    this.querySelector("[data-window]")?.addEventListener("input", (event) => this.#smooth(Number(event.target.value)), { signal });
    document.addEventListener("theme:change", () => this.#plots.forEach((plot) => plot.retheme()), { signal });
    this.resizing = new ResizeObserver(() => this.#plots.forEach((plot) => plot.fit()));
    this.resizing.observe(this);
  }

  disconnectedCallback() {
    this.#poller.stop();
    this.stopping.abort();
    this.resizing.disconnect();
    this.#plots.forEach((plot) => plot.destroy());
    this.#plots = [];
  }

  async #ask(signal) {
    let answer;
    do {
      const url = `${this.dataset.source}?after=${encodeURIComponent(this.#cursor)}`;
      answer = JSON.parse(await fetchText(url, signal, { Accept: "application/json" }));
      this.#data.add(answer);
      this.#cursor = answer.cursor;
    } while (answer.more);
    this.#updated = Date.now();
    const drawable = this.#data.hasFitness; // failures alone have no place on an axis
    if (drawable) this.#draw();
    this.#state(drawable ? (answer.open ? "streaming" : "done") : "empty");
    return answer.open;
  }

  #draw() {
    if (!this.#plots.length) this.#build();
    const slider = this.querySelector(".median-window");
    if (slider) slider.hidden = !this.#data.adjustable;
    this.#redraw();
  }

  #build() {
    const place = (name) => {
      const element = this.querySelector(`[data-plot="${name}"]`);
      element.replaceChildren();
      element.hidden = false;
      return element;
    };
    for (const hidden of this.querySelectorAll("h2[hidden]")) hidden.hidden = false;
    const whole = [0, Math.max(1, this.#data.individuals)];
    const zoom = new Stretch({ whole: () => whole, changed: () => this.#redraw(), least: LEAST_STEPS });
    this.#plots = [
      fitnessPlot(place("fitness"), this.#data, zoom),
      parametersPlot(place("parameters"), this.#data, zoom),
    ];
    zoom.listenToKeys(this.#plots[0].element);
    for (const { plot } of this.#plots) zoom.listenToPointers(plot.over, (x) => plot.posToVal(x - plot.over.getBoundingClientRect().left, "x"));
    const buttons = this.querySelector(".zoom");
    buttons.hidden = false;
    zoom.listenToButtons(buttons);
    this.#pointer = new Pointer(this, this.#plots, this.#data, zoom);
  }

  /** Another number of individuals under the medians. */
  #smooth(window) {
    this.#data.window = window;
    this.querySelector("[data-window-said]").textContent = window;
    this.#draw();
  }

  #redraw() {
    const tables = this.#data.tables();
    this.#plots.forEach((plot) => plot.show(tables));
    this.#pointer.refresh();
  }

  #failed(failures) {
    const seconds = Math.round((Date.now() - this.#updated) / 1000);
    if (this.#updated) this.#state("stale", `Last update ${seconds} s ago, trying again`);
    else this.#state("error", "The curves could not be loaded, trying again", failures > 1);
  }

  #state(state, text = "", retry = false) {
    this.dataset.state = state;
    const note = this.querySelector(".live-note");
    if (note.textContent !== text) note.textContent = text;
    if (!retry) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = "Try now";
    button.addEventListener("click", () => this.#poller.now());
    note.append(" ", button);
  }
}

customElements.define("live-curves", LiveCurves);
