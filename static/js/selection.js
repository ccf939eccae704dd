// Ticked rows of a list that is paged, sorted and filtered on the server: they stay ticked while it shows others, are
// counted, and are ticked in ranges with Shift. Without scripts the form sends the ticks of the page alone.

export class Selection {
  #names = new Map(); // value of a box -> what it stands for
  #last = null;

  constructor(region, form) {
    this.region = region;
    this.form = form;
    this.status = form.querySelector("[role=status]");
    this.hint = this.status.textContent;
    region.addEventListener("click", (event) => this.#clicked(event));
    form.querySelector("[data-clear]").addEventListener("click", () => this.#clear());
    form.addEventListener("submit", () => this.#send());
    document.addEventListener("htmx:after:swap", () => this.#show());
    addEventListener("pageshow", () => this.#begin());
    this.#begin();
  }

  get size() {
    return this.#names.size;
  }

  get #boxes() {
    return [...this.region.querySelectorAll(`input[form="${this.form.id}"]`)];
  }

  /** Back restores the boxes as they were left. */
  #begin() {
    for (const box of this.#boxes) if (box.checked) this.#note(box);
    this.#show();
  }

  #note(box) {
    if (box.checked) this.#names.set(box.value, box.getAttribute("aria-label"));
    else this.#names.delete(box.value);
  }

  #clicked(event) {
    const box = event.target.closest("input[type=checkbox]");
    if (!box) return;
    const boxes = this.#boxes;
    let meant = [box];
    if (!boxes.includes(box)) meant = boxes; // the one in the heading stands for all of the page
    else if (event.shiftKey && this.#last) {
      const [from, to] = [boxes.findIndex(({ value }) => value === this.#last), boxes.indexOf(box)].sort((a, b) => a - b);
      if (from >= 0) meant = boxes.slice(from, to + 1);
    }
    for (const other of meant) {
      other.checked = box.checked;
      this.#note(other);
    }
    if (boxes.includes(box)) this.#last = box.value;
    this.#show();
  }

  #clear() {
    this.#names.clear();
    this.#last = null;
    this.#show();
    this.#boxes[0]?.focus();
  }

  #show() {
    const boxes = this.#boxes;
    for (const box of boxes) box.checked = this.#names.has(box.value);
    const here = boxes.filter(({ checked }) => checked).length;
    const all = this.region.querySelector("#select-all");
    if (all) {
      all.checked = here > 0 && here === boxes.length;
      all.indeterminate = here > 0 && here < boxes.length;
    }
    const elsewhere = this.size - here;
    const text = this.size ? `${this.size} selected${elsewhere ? `, ${elsewhere} of them not on this page` : ""}` : this.hint;
    if (this.status.textContent !== text) this.status.textContent = text;
    this.form.toggleAttribute("data-any", this.size > 0);
    for (const button of this.form.querySelectorAll("button")) button.disabled = this.size === 0;
  }

  /** The form has the boxes of the page; those of other pages go along as hidden fields. */
  #send() {
    for (const old of this.form.querySelectorAll("[data-elsewhere]")) old.remove();
    const here = new Set(this.#boxes.map(({ value }) => value));
    for (const value of this.#names.keys()) {
      if (here.has(value)) continue;
      const field = Object.assign(document.createElement("input"), { type: "hidden", name: "pick", value });
      field.dataset.elsewhere = "";
      this.form.append(field);
    }
    this.form.querySelector("[name=back]").value = location.search.slice(1);
  }
}
