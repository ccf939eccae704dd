// <space-builder>: a custom space built with fields. The JSON below stays what is sent: fields write it, and what is typed
// there fills the fields. The server counts and draws; nothing is computed twice.

class SpaceBuilder extends HTMLElement {
  #document = {};
  #writing = false;

  connectedCallback() {
    this.area = document.getElementById("id_space_document");
    this.choice = document.getElementById("id_space");
    this.list = this.querySelector(".space-levels");
    this.figures = this.querySelector(".space-figures");
    this.shapes = JSON.parse(document.getElementById("space-shapes").textContent);
    this.before = this.choice.value;
    this.addEventListener("input", () => this.#write());
    this.addEventListener("change", (event) => event.stopPropagation()); // the fields are in no form of their own
    this.addEventListener("click", (event) => this.#click(event));
    this.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.matches("input")) event.preventDefault(); // it would send the form
    });
    this.area.addEventListener("input", () => this.#writing || this.#read());
    this.choice.addEventListener("change", () => this.#chosen());
    this.#chosen();
  }

  /** A custom space begins as the one that was chosen before. */
  #chosen() {
    if (this.choice.value === "custom") {
      if (!this.area.value.trim()) this.#set(structuredClone(this.shapes[this.before] ?? this.shapes.hierarchical));
      else this.#read();
    }
    this.before = this.choice.value;
  }

  #set(space) {
    this.#document = space;
    this.#show();
    this.#write();
  }

  #read() {
    let found = null;
    try {
      found = JSON.parse(this.area.value);
    } catch {
      // said below the fields
    }
    const isSpace = Array.isArray(found?.levels) && found.levels.every((level) => level && typeof level === "object");
    this.querySelector("[data-unread]").hidden = isSpace;
    if (isSpace) {
      this.#document = found;
      this.#show();
    }
    this.#ask();
  }

  #show() {
    const { levels, primitives } = this.#document;
    const template = this.querySelector("template").content;
    while (this.list.children.length > levels.length) this.list.lastElementChild.remove();
    while (this.list.children.length < levels.length) this.list.append(template.cloneNode(true));
    levels.forEach((level, index) => {
      const row = this.list.children[index];
      const isCell = index === levels.length - 1;
      const name = isCell ? "The cell" : `Level ${index + 2}`;
      row.querySelector(".space-level-name").textContent = name;
      row.querySelector(".space-motifs").hidden = isCell && level.motifs === 1;
      for (const input of row.querySelectorAll("input")) {
        input.setAttribute("aria-label", `${name}: ${input.dataset.part}`);
        if (input !== document.activeElement) input.value = level[input.dataset.part] ?? "";
      }
      const remove = row.querySelector("[data-remove]");
      remove.hidden = isCell;
      remove.setAttribute("aria-label", `Remove ${name.toLowerCase()}`);
    });
    for (const box of this.querySelectorAll("[type=checkbox]")) box.checked = !primitives || primitives.includes(box.value);
    this.querySelector("[data-add]").disabled = levels.length >= Number(this.dataset.mostLevels);
  }

  #click(event) {
    if (event.target.closest("[data-add]")) {
      const levels = [...this.#document.levels];
      levels.splice(-1, 0, { motifs: 3, nodes: 3 });
      this.#set({ ...this.#document, levels });
      this.list.children[levels.length - 2].querySelector("input").focus();
    }
    const row = event.target.closest("[data-remove]")?.closest("li");
    if (row) {
      const index = [...this.list.children].indexOf(row);
      this.#set({ ...this.#document, levels: this.#document.levels.filter((_, other) => other !== index) });
      this.querySelector("[data-add]").focus();
    }
  }

  /** The fields as JSON; what cannot be a number goes along as it is, for the server to say what is wrong. */
  #write() {
    const number = ({ value }) => (value === "" ? null : Number(value));
    const levels = [...this.list.children].map((row) => Object.fromEntries([...row.querySelectorAll("input")].map((input) => [input.dataset.part, number(input)])));
    const boxes = [...this.querySelectorAll("[type=checkbox]")];
    const ticked = boxes.filter(({ checked }) => checked).map(({ value }) => value);
    const { primitives: before, ...rest } = this.#document;
    const kept = (before ?? []).filter((name) => ticked.includes(name));
    const primitives = [...kept, ...ticked.filter((name) => !kept.includes(name))];
    this.#document = { ...rest, levels, ...(before || ticked.length < boxes.length ? { primitives } : {}) };
    this.#writing = true;
    this.area.value = JSON.stringify(this.#document);
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
    this.#writing = false;
    this.querySelector("[data-unread]").hidden = true;
    this.#ask();
  }

  #ask() {
    if (document.readyState !== "complete") addEventListener("load", () => this.#ask(), { once: true });
    else htmx.trigger(this.figures, "space:asked");
  }
}

customElements.define("space-builder", SpaceBuilder);
