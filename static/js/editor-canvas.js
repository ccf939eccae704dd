// The drawing of one level's motifs. Every pair of nodes has its own place in it, so an edit changes classes and
// words and nothing moves; another motif of the level is the same drawing with other classes and words.
import { dragBetween, make } from "./editor-drag.js";

const PILL = { letter: 6.5, padding: 14, height: 18 }; // as visualize.render.shapes draws them
const COMPACT = { letter: 8.7, padding: 14, height: 25 };
const NARROW = 1.05; // pixels a unit, below which words are short and letters large

export class Canvas {
  #edges = new Map(); // "from-to" -> {group, pill, text, share, x, y}
  #nodes = new Map(); // number -> {group, x, y}
  #choices;
  #handlers;
  #level;
  #compact = false;
  #now = { slot: 0, rows: [], marks: null };
  #current = null;

  /** `handlers`: open(edge), set(edge, operation). `choices`: what an edge may carry, by id. */
  constructor(svg, level, choices, handlers) {
    this.svg = svg;
    this.#level = level;
    this.#choices = choices;
    this.#handlers = handlers;
    for (const group of svg.querySelectorAll(".node")) this.#addNode(group);
    for (const group of svg.querySelectorAll(".edge")) this.#addEdge(group);
    this.size = this.#nodes.size;
    svg.setAttribute("aria-roledescription", "editable drawing");
    svg.classList.toggle("crowded", this.size > 6);
    svg.classList.toggle("large", this.size > 12);
    this.#focusable("1-2");
    this.#listen();
    new ResizeObserver(() => this.#fit()).observe(svg.parentElement);
  }

  /** Show a motif: its rows, what the server said of it, and by edge the operation that an edit has replaced. */
  show(slot, rows, marks, edited) {
    this.#now = { slot, rows, marks, edited };
    this.svg.classList.toggle("unused", Boolean(marks?.unused));
    for (const [key, edge] of this.#edges) this.#paint(key, edge);
    for (const [number, node] of this.#nodes) {
      node.group.id = `L${this.#level}-M${slot}-n${number}`;
      if (marks) node.group.classList.toggle("dead", !marks.unused && this.#untouched(number));
    }
  }

  focus({ from, to }) {
    this.#focusable(`${from}-${to}`);
    this.#edges.get(`${from}-${to}`).group.focus({ preventScroll: true });
  }

  /** Draw the eye to an edge that has just changed. */
  flash({ from, to }) {
    const { group } = this.#edges.get(`${from}-${to}`);
    group.classList.remove("fresh");
    requestAnimationFrame(() => group.classList.add("fresh"));
  }

  mark(edge, name, on) {
    this.#edges.get(`${edge.from}-${edge.to}`).group.classList.toggle(name, on);
  }

  /** Where on the screen the pill of an edge is. */
  box({ from, to }) {
    return this.#edges.get(`${from}-${to}`).pill.getBoundingClientRect();
  }

  nodeName(number) {
    return number === 1 ? "in" : number === this.size ? "out" : String(number);
  }

  light(slot) {
    this.svg.classList.toggle("lit", Boolean(slot));
    for (const [key, { group }] of this.#edges) group.classList.toggle("lit", Boolean(slot) && this.#operation(key) === slot);
  }

  #addNode(group) {
    const disc = group.querySelector("circle");
    const number = Number(group.id.split("-n")[1]);
    const [x, y] = [Number(disc.getAttribute("cx")), Number(disc.getAttribute("cy"))];
    group.append(make("circle", { class: "grip", cx: x, cy: y, r: 24 }));
    group.setAttribute("aria-hidden", "true");
    this.#nodes.set(number, { group, x, y });
  }

  #addEdge(group) {
    const link = group.querySelector("a");
    if (link) link.replaceWith(...link.childNodes); // the link to the matrix is for pages without scripts
    const pill = group.querySelector(".pill");
    const text = group.querySelector(".pill-text");
    const x = Number(pill.getAttribute("x")) + Number(pill.getAttribute("width")) / 2;
    const y = Number(pill.getAttribute("y")) + Number(pill.getAttribute("height")) / 2;
    const reach = make("rect", { class: "reach", x: x - 32, y: y - 22, width: 64, height: 44 });
    const share = make("text", { class: "share", "text-anchor": "middle", x });
    group.append(share, reach);
    group.setAttribute("role", "button");
    group.setAttribute("aria-haspopup", "menu");
    group.removeAttribute("aria-hidden");
    group.setAttribute("tabindex", "-1");
    this.#edges.set(`${group.dataset.from}-${group.dataset.to}`, { group, pill, text, share, x, y });
  }

  #operation(key) {
    const [from, to] = key.split("-").map(Number);
    return this.#now.rows[to - 2][from - 1];
  }

  #paint(key, edge) {
    const [from, to] = key.split("-").map(Number);
    const { slot, marks, edited } = this.#now;
    const operation = this.#operation(key);
    const before = this.#choices[edited.get(key)];
    const choice = this.#choices[operation];
    const dead = operation > 0 && Boolean(marks?.dead.has(key));
    const share = marks?.shares.get(key) ?? "";
    const kept = ["open", "aimed", "fresh", "lit"].filter((name) => edge.group.classList.contains(name));
    edge.group.setAttribute("class", ["edge", choice.classes, dead ? "dead" : "", before ? "edited" : "", ...kept].join(" ").trim());
    edge.group.id = `L${this.#level}-M${slot}-e${from}-${to}`;
    edge.group.dataset.operation = operation;
    edge.text.textContent = operation && this.#compact ? choice.word : choice.pill;
    edge.share.textContent = operation && marks?.shown.has(key) ? share : "";
    const said = [`${this.nodeName(from)} to ${this.nodeName(to)}: ${choice.label}`];
    if (dead) said.push("dead, on no live path");
    if (operation && share) said.push(`${share} of the ${marks.measure}`);
    if (before) said.push(`edited, before: ${before.label}`);
    edge.group.setAttribute("aria-label", said.join(", "));
    this.#size(edge);
  }

  #size({ pill, text, share, x, y }) {
    const { letter, padding, height } = this.#compact ? COMPACT : PILL;
    const words = text.textContent;
    const width = words === "+" ? height : Math.max(height, words.length * letter + padding);
    for (const [name, value] of Object.entries({ x: x - width / 2, y: y - height / 2, width, height, rx: height / 2 })) {
      pill.setAttribute(name, value);
    }
    text.setAttribute("y", y + (this.#compact ? 5.2 : 3.9));
    share.setAttribute("y", y + height / 2 + (this.#compact ? 12 : 9.5));
  }

  #untouched(number) {
    for (const [key] of this.#edges) {
      const [from, to] = key.split("-").map(Number);
      if ((from === number || to === number) && this.#operation(key) && !this.#now.marks.dead.has(key)) return false;
    }
    return true;
  }

  #fit() {
    const shown = this.svg.getBoundingClientRect().width;
    if (!shown) return;
    const compact = shown / this.svg.viewBox.baseVal.width < NARROW && this.size < 8;
    this.svg.classList.toggle("scrolls", shown > this.svg.closest(".picture").clientWidth + 1);
    if (compact === this.#compact || !this.#now.rows.length) return;
    this.#compact = compact;
    this.svg.classList.toggle("compact", compact);
    for (const [key, edge] of this.#edges) this.#paint(key, edge);
  }

  // --- keyboard: one stop for Tab, arrows inside

  #focusable(key) {
    if (this.#current) this.#edges.get(this.#current).group.setAttribute("tabindex", "-1");
    this.#edges.get(key).group.setAttribute("tabindex", "0");
    this.#current = key;
  }

  /** The pair that an arrow leads to: along the same span, or to a longer or shorter one about the same middle. */
  #step(key, name) {
    const [from, to] = key.split("-").map(Number);
    const span = to - from;
    const last = this.size - span;
    const at = (start, length) => `${Math.min(Math.max(1, start), this.size - length)}-${Math.min(Math.max(1, start), this.size - length) + length}`;
    switch (name) {
      case "ArrowRight":
        return at(from + 1, span);
      case "ArrowLeft":
        return at(from - 1, span);
      case "ArrowUp":
        return span < this.size - 1 ? at(from - (span % 2), span + 1) : key;
      case "ArrowDown":
        return span > 1 ? at(from + ((span - 1) % 2), span - 1) : key;
      case "Home":
        return at(1, span);
      case "End":
        return at(last, span);
      default:
        return null;
    }
  }

  #edge(group) {
    return { level: this.#level, slot: this.#now.slot, from: Number(group.dataset.from), to: Number(group.dataset.to) };
  }

  #listen() {
    this.svg.addEventListener("click", (event) => {
      const group = event.target.closest(".edge");
      if (!group) return;
      this.focus(this.#edge(group));
      this.#handlers.open(this.#edge(group));
    });
    this.svg.addEventListener("focusin", (event) => {
      const group = event.target.closest(".edge");
      if (group) this.#focusable(`${group.dataset.from}-${group.dataset.to}`);
    });
    this.svg.addEventListener("keydown", (event) => this.#onKey(event));
    dragBetween(this.svg, this.#nodes, {
      aim: (pair, on) => this.mark(pair, "aimed", on),
      drop: (pair) => {
        const edge = { level: this.#level, slot: this.#now.slot, ...pair };
        this.focus(edge);
        this.#handlers.open(edge);
      },
    });
  }

  #onKey(event) {
    const group = event.target.closest(".edge");
    if (!group || event.ctrlKey || event.metaKey || event.altKey) return;
    const edge = this.#edge(group);
    const operation = ["Delete", "Backspace", "0"].includes(event.key) ? 0 : Number(event.key);
    const next = this.#step(`${edge.from}-${edge.to}`, event.key);
    if (next) {
      const [from, to] = next.split("-").map(Number);
      this.focus({ from, to });
      this.#edges.get(next).group.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else if (event.key === "Enter" || event.key === " ") this.#handlers.open(edge);
    else if (event.key.trim() && Number.isInteger(operation) && operation < this.#choices.length) this.#handlers.set(edge, operation);
    else return;
    event.preventDefault();
  }
}
