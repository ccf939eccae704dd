// <lineage-replay>: plays a line of individuals frame by frame. Frames are drawn by the server and fetched when they
// are needed, a few ahead while playing. Without scripts the same frames are pages with Back and Next.
import { fetchText } from "./polling.js";

const AHEAD = 3;
const KEPT = 60; // frames in memory

class LineageReplay extends HTMLElement {
  #frames = new Map();
  #timer = 0;
  #asked = 0;

  connectedCallback() {
    this.steps = this.dataset.steps.split(" ");
    this.place = Number(this.dataset.place);
    this.stage = this.querySelector(".stage");
    this.range = this.querySelector("input[type=range]");
    this.button = this.querySelector(".play");
    this.speed = this.querySelector(".speed select");
    this.range.addEventListener("input", () => {
      this.pause();
      this.show(this.range.valueAsNumber - 1);
    });
    this.button.addEventListener("click", () => (this.playing ? this.pause() : this.play()));
    for (const [name, by] of [[".step-back", -1], [".step-on", 1]]) {
      this.querySelector(name).addEventListener("click", (event) => {
        event.preventDefault();
        this.pause();
        this.show(this.place + by);
      });
    }
    document.addEventListener("visibilitychange", this.#hidden);
    this.#controls();
  }

  disconnectedCallback() {
    this.pause();
    document.removeEventListener("visibilitychange", this.#hidden);
  }

  #hidden = () => document.hidden && this.pause();

  get playing() {
    return this.#timer !== 0;
  }

  play() {
    // A screen reader is not told every frame of a film.
    this.stage.setAttribute("aria-live", "off");
    const first = this.place === this.steps.length - 1;
    this.#timer = -1;
    this.#label();
    if (first) this.show(0).then(() => this.#next());
    else this.#next();
  }

  pause() {
    clearTimeout(this.#timer);
    if (!this.playing) return;
    this.#timer = 0;
    this.stage.setAttribute("aria-live", "polite");
    this.#label();
    this.#remember();
  }

  #next() {
    if (!this.playing) return;
    this.#timer = setTimeout(async () => {
      await this.show(this.place + 1);
      if (this.place === this.steps.length - 1) this.pause();
      else this.#next();
    }, Number(this.speed.value));
  }

  /** Bring one frame onto the stage; the last one asked for wins. */
  async show(place) {
    if (place < 0 || place >= this.steps.length) return;
    const asked = ++this.#asked;
    this.place = place;
    this.#controls();
    const slow = setTimeout(() => this.stage.setAttribute("aria-busy", "true"), 300);
    try {
      const text = await this.#frame(place);
      if (asked !== this.#asked) return;
      this.#draw(text);
      this.#fault("");
      if (!this.playing) this.#remember();
      for (let ahead = 1; ahead <= (this.playing ? AHEAD : 1); ahead++) this.#frame(place + ahead)?.catch(() => {});
    } catch (error) {
      if (asked !== this.#asked) return;
      this.pause();
      this.#fault(`Frame ${place + 1} could not be loaded: ${error.message}. Move on or try again.`);
    } finally {
      clearTimeout(slow);
      if (asked === this.#asked) this.stage.removeAttribute("aria-busy");
    }
  }

  #draw(text) {
    const fresh = new DOMParser().parseFromString(text, "text/html").querySelector(".frame");
    if (!fresh) throw new Error("the answer holds no frame");
    this.stage.replaceChildren(fresh);
  }

  #frame(place) {
    if (place >= this.steps.length) return null;
    if (!this.#frames.has(place)) {
      const before = place ? `?before=${this.steps[place - 1]}` : "";
      const address = this.dataset.source.replace("/0/", `/${this.steps[place]}/`) + before;
      const answer = fetchText(address, undefined, { "HX-Request": "true" });
      answer.catch(() => this.#frames.delete(place)); // a failure is not kept
      this.#frames.set(place, answer);
      if (this.#frames.size > KEPT) this.#frames.delete(this.#frames.keys().next().value);
    }
    return this.#frames.get(place);
  }

  #controls() {
    const last = this.steps.length - 1;
    this.range.value = this.place + 1;
    this.range.setAttribute("aria-valuetext", `${this.place + 1} of ${last + 1}, ${this.dataset.word ?? "#"}${this.steps[this.place]}`);
    this.querySelector(".counter").textContent = `${(this.place + 1).toLocaleString("en")} of ${(last + 1).toLocaleString("en")}`;
    this.querySelector(".marker").setAttribute("d", `M${(1000 * this.place) / Math.max(1, last)} 0V56`);
    this.#link(".step-back", this.place > 0, this.place);
    this.#link(".step-on", this.place < last, this.place + 2);
  }

  #link(name, possible, number) {
    const link = this.querySelector(name);
    if (possible) link.setAttribute("href", this.#address(number));
    else if (link !== document.activeElement) link.removeAttribute("href"); // focus stays where it is
    link.setAttribute("aria-disabled", String(!possible));
  }

  #address(number) {
    const address = new URL(location.href);
    address.searchParams.set("frame", number);
    address.hash = "replay";
    return address.href;
  }

  #remember() {
    const address = new URL(location.href);
    address.searchParams.set("frame", this.place + 1);
    history.replaceState(history.state, "", address);
  }

  #label() {
    const name = this.playing ? "Pause" : "Play";
    this.button.setAttribute("aria-label", name);
    this.button.querySelector("span").textContent = name;
    const icon = this.button.querySelector("use");
    icon.setAttribute("href", icon.getAttribute("href").replace(/#.*$/, this.playing ? "#pause" : "#resume"));
  }

  #fault(text) {
    const line = this.querySelector(".replay-fault");
    line.textContent = text;
    line.hidden = !text;
  }
}

customElements.define("lineage-replay", LineageReplay);
