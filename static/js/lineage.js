// <lineage-tree>: one tab stop for the whole family tree; arrows walk it, a click selects, double click or Enter opens.
// Without scripts every dot is a link.
import { followPicks } from "./picks.js";

class LineageTree extends HTMLElement {
  connectedCallback() {
    this.svg = this.querySelector(".tree");
    this.scroller = this.querySelector(".tree-scroll");
    this.dots = [...this.svg.querySelectorAll(".dot")].map((link) => {
      const box = link.querySelector(".touch");
      const place = { x: box.cx.baseVal.value, y: box.cy.baseVal.value };
      return { link, step: link.dataset.step, parent: link.dataset.parent, ...place };
    });
    this.byStep = new Map(this.dots.map((dot) => [dot.step, dot]));
    const self = this.dots.find((dot) => dot.link.matches(".self"));
    for (const dot of this.dots) dot.link.tabIndex = -1;
    this.select(self ?? this.dots[0], { say: false });
    this.svg.addEventListener("click", (event) => this.#click(event));
    this.svg.addEventListener("dblclick", (event) => this.#open(event));
    this.svg.addEventListener("keydown", (event) => this.#key(event));
    this.svg.addEventListener("pointerover", (event) => this.#point(event));
    this.svg.addEventListener("pointerleave", () => this.#trace(this.selected));
    if (self) this.scroller.scrollLeft = this.#across(self.x) - this.scroller.clientWidth * 0.6;
  }

  /** A place in the picture as pixels within the part that scrolls. */
  #across(x) {
    return (x / this.svg.viewBox.baseVal.width) * this.svg.clientWidth;
  }

  select(dot, { say = true } = {}) {
    if (!dot) return;
    if (this.selected) {
      this.selected.link.tabIndex = -1;
      this.selected.link.classList.remove("selected");
    }
    this.selected = dot;
    dot.link.tabIndex = 0;
    dot.link.classList.add("selected");
    this.#trace(dot);
    if (say) this.#say(dot);
  }

  #say(dot) {
    const { effect } = dot.link.dataset;
    const line = this.querySelector(".tree-said");
    const change = effect ? ` (${effect === "=" ? "fitness unchanged" : `${effect} points`})` : "";
    line.querySelector(".said").textContent = dot.link.getAttribute("aria-label") + change;
    const address = dot.link.getAttribute("href");
    const own = dot.link.matches(".self");
    this.#link(line, ".open", address, true);
    this.#link(line, ".lineage-link", `${address}lineage/`, !own);
    this.#link(line, ".diff-link", `${address}diff/`, dot.parent !== undefined);
    const compare = line.querySelector(".compare-link");
    compare.dataset.pattern ??= compare.getAttribute("href");
    this.#link(line, ".compare-link", compare.dataset.pattern.replace("STEP", dot.step), !own);
  }

  #link(line, name, href, shown) {
    const link = line.querySelector(name);
    link.setAttribute("href", href);
    link.hidden = !shown;
  }

  /** The line of descent of one individual, over the others. */
  #trace(dot) {
    let d = "";
    for (let child = dot; child; child = this.byStep.get(child.parent)) {
      const parent = this.byStep.get(child.parent);
      if (parent) d += `M${parent.x} ${parent.y}V${child.y}H${child.x}`;
    }
    this.svg.querySelector(".traced").setAttribute("d", dot?.link.matches(".on-path") ? "" : d);
  }

  #at(event) {
    const link = event.target.closest?.(".dot");
    return link && this.byStep.get(link.dataset.step);
  }

  #point(event) {
    const dot = this.#at(event);
    if (dot) this.#trace(dot);
  }

  #click(event) {
    const dot = this.#at(event);
    // A click that the keyboard made (detail 0) opens, as do those with a modifier.
    if (!dot || event.detail === 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.select(dot);
    dot.link.focus({ preventScroll: true });
  }

  #open(event) {
    const dot = this.#at(event);
    if (dot) location.assign(dot.link.getAttribute("href"));
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = {
      ArrowLeft: () => this.byStep.get(this.selected.parent),
      ArrowRight: () => this.#child(),
      ArrowUp: () => this.#neighbour(-1),
      ArrowDown: () => this.#neighbour(1),
      Home: () => this.dots[0],
      End: () => this.dots.find((dot) => dot.link.matches(".self")),
    }[event.key];
    if (!step) return;
    event.preventDefault();
    const dot = step();
    if (!dot) return;
    this.select(dot);
    dot.link.focus();
  }

  /** The child on the line, else the first one. */
  #child() {
    const children = this.dots.filter((dot) => dot.parent === this.selected.step);
    return children.find((dot) => dot.link.matches(".on-path")) ?? children[0];
  }

  /** The nearest dot above or below. */
  #neighbour(direction) {
    const { x, y } = this.selected;
    const distance = (dot) => Math.abs(dot.y - y) + Math.abs(dot.x - x) / 4;
    return this.dots
      .filter((dot) => (dot.y - y) * direction > 0.5)
      .reduce((best, dot) => (!best || distance(dot) < distance(best) ? dot : best), undefined);
  }
}

customElements.define("lineage-tree", LineageTree);

followPicks(document.getElementById("content"));
