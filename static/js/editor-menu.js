// The menu of an edge: what it may carry. At the edge with room around it, from below on a phone.

const PHONE = matchMedia("(max-width: 600px)");
const GAP = 8;

export class Menu {
  #element;
  #edge = null;
  #handlers;

  /** `handlers`: choose(edge, operation), motif(operation), closed(edge, toEdge). */
  constructor(element, handlers) {
    this.#element = element;
    this.#handlers = handlers;
    element.addEventListener("click", (event) => this.#onClick(event));
    element.addEventListener("keydown", (event) => this.#onKey(event));
    element.addEventListener("toggle", (event) => event.newState === "closed" && this.#closed());
    addEventListener("resize", () => element.matches(":popover-open") && element.hidePopover());
    addEventListener("scroll", () => !PHONE.matches && element.matches(":popover-open") && element.hidePopover(), { passive: true });
  }

  /** `picture(operation)`: what a motif looks like at present. */
  open(edge, { operation, title, box, motif, picture }) {
    if (this.#element.matches(":popover-open")) this.#element.hidePopover();
    this.#edge = edge;
    this.#element.setAttribute("aria-label", title);
    this.#element.querySelector(".op-menu-title").textContent = title;
    const opener = this.#element.querySelector(".open-motif");
    if (opener) {
      opener.hidden = !motif;
      opener.querySelector(".name").textContent = motif ? `Edit ${motif}` : "";
    }
    for (const item of this.#element.querySelectorAll("[data-operation]")) {
      item.setAttribute("aria-checked", String(Number(item.dataset.operation) === operation));
      item.querySelector(".look")?.replaceChildren(picture(Number(item.dataset.operation)));
    }
    this.#element.showPopover();
    this.#put(box);
    (this.#items.find((item) => item.ariaChecked === "true") ?? this.#items[0]).focus();
  }

  get #items() {
    return [...this.#element.querySelectorAll("[role^='menuitem']:not([hidden])")];
  }

  /** Below the pill, or above where there is more room; never over the edge of the window. */
  #put(box) {
    const { style } = this.#element;
    if (PHONE.matches) {
      style.left = style.top = "";
      const hidden = box.bottom + GAP - this.#element.getBoundingClientRect().top;
      if (hidden > 0) scrollBy({ top: Math.min(hidden, box.top - GAP), behavior: "instant" });
      return;
    }
    const { width, height } = this.#element.getBoundingClientRect();
    const below = box.bottom + GAP;
    const top = below + height + GAP <= innerHeight ? below : Math.max(GAP, box.top - GAP - height);
    style.left = `${Math.max(GAP, Math.min(innerWidth - width - GAP, box.left + box.width / 2 - width / 2))}px`;
    style.top = `${Math.min(top, Math.max(GAP, innerHeight - height - GAP))}px`;
  }

  #onClick(event) {
    const item = event.target.closest("[role^='menuitem']");
    if (item) this.#take(item);
  }

  #take(item) {
    const edge = this.#edge;
    this.#element.hidePopover();
    if (item.dataset.operation === undefined) this.#handlers.motif(edge);
    else this.#handlers.choose(edge, Number(item.dataset.operation));
  }

  #onKey(event) {
    const items = this.#items;
    const at = items.indexOf(document.activeElement);
    const digit = items.find((item) => item.dataset.operation === event.key);
    const go = (index) => items[(index + items.length) % items.length].focus();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowRight") go(at + 1);
    else if (event.key === "ArrowUp" || event.key === "ArrowLeft") go(at - 1);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(-1);
    else if (event.key === "Tab") this.#element.hidePopover();
    else if (event.key === "Delete" || event.key === "Backspace") this.#take(items.find((item) => item.dataset.operation === "0"));
    else if (digit) this.#take(digit);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #closed() {
    const edge = this.#edge;
    this.#edge = null;
    if (edge) this.#handlers.closed(edge);
  }
}
