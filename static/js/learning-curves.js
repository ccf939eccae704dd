// <learning-curves>: accuracy against training step, drawn by the server; a part of the steps is shown larger.
import { AskedStretch } from "./asked-stretch.js";
import { fetchText } from "./polling.js";
import { StretchedPicture } from "./stretched-picture.js";

const LEAST_STEPS = 2;

class LearningCurves extends HTMLElement {
  connectedCallback() {
    this.stopping = new AbortController();
    const ask = () => this.#ask().catch(() => {}); // the picture that stands there stays
    this.stretch = new AskedStretch(this, { whole: () => [0, Number(this.dataset.end)], least: LEAST_STEPS, ask });
    this.stretch.start();
    this.picture = new StretchedPicture(this.querySelector(".plot-wrap"), this.stretch);
    this.#range();
    this.picture.listenToStretches();
    if (!this.stretch.isWhole) this.#lead();
  }

  /** What follows a training asks for the same stretch from now on. */
  #lead() {
    const page = this.closest("[data-live-page]");
    if (page) page.dataset.livePage = this.dataset.source;
  }

  disconnectedCallback() {
    this.stopping.abort();
  }

  #range() {
    [this.picture.first, this.picture.last] = [this.picture.picture.dataset.first, this.picture.picture.dataset.last].map(Number);
  }

  async #ask() {
    const { source } = this.dataset;
    this.#lead();
    const text = await fetchText(source, this.stopping.signal, { "HX-Request": "true" });
    if (source !== this.dataset.source) return; // meanwhile something else is to be shown
    const all = "learning-curves svg";
    const fresh = new DOMParser().parseFromString(text, "text/html").querySelectorAll(all);
    const place = [...document.querySelectorAll(all)].indexOf(this.picture.picture);
    if (fresh[place]) this.picture.picture.replaceWith(document.adoptNode(fresh[place]));
    this.#range();
  }
}

customElements.define("learning-curves", LearningCurves);
