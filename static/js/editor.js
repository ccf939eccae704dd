// <motif-editor>: edits a copy of a genotype. The page works as a plain form; this makes every step immediate.
import { Canvas } from "./editor-canvas.js";
import { Draft } from "./editor-draft.js";
import { glyph } from "./editor-glyph.js";
import { Menu } from "./editor-menu.js";
import { Preview } from "./editor-numbers.js";
import { Panel } from "./editor-panel.js";

class MotifEditor extends HTMLElement {
  #document;
  #draft;
  #preview;
  #panel;
  #canvases = new Map();
  #menus = new Map();
  #leaving = false;

  connectedCallback() {
    this.#document = JSON.parse(this.dataset.document);
    this.#draft = new Draft(this.#document);
    this.#preview = new Preview(this.#document.preview);
    this.#panel = new Panel(this, this.#document, () => this.#preview.again());
    for (const part of this.querySelectorAll(".level-canvas")) this.#addCanvas(part);
    for (const part of this.querySelectorAll(".op-menu")) this.#addMenu(part);
    this.#listen();
    this.#paint();
    this.#preview.ask(this.#question(), 0);
  }

  field(name) {
    return this.querySelector(`[data-field="${name}"]`);
  }

  say(text) {
    this.field("said").textContent = text;
  }

  title({ level, slot }) {
    return this.#document.titles[level][slot - 1];
  }

  #addCanvas(part) {
    const level = Number(part.dataset.level);
    this.#canvases.set(
      level,
      new Canvas(part.querySelector("svg"), level, this.#document.choices[level], {
        open: (edge) => this.#open(edge),
        set: (edge, operation) => this.#draft.set(edge, operation),
      }),
    );
  }

  #addMenu(element) {
    const level = Number(element.dataset.level);
    const menu = new Menu(element, {
      choose: (edge, operation) => this.#draft.set(edge, operation),
      motif: (edge) => this.#go({ level: level - 1, slot: this.#draft.get(edge) }),
      closed: (edge) => this.#closed(edge),
    });
    this.#menus.set(level, menu);
  }

  #open(edge) {
    const canvas = this.#canvases.get(edge.level);
    const operation = this.#draft.get(edge);
    canvas.mark(edge, "open", true);
    this.#menus.get(edge.level).open(edge, {
      operation,
      title: `${canvas.nodeName(edge.from)} → ${canvas.nodeName(edge.to)}`,
      box: canvas.box(edge),
      picture: (slot) => glyph(this.#draft.rows({ level: edge.level - 1, slot }), this.#document.choices[edge.level - 1]),
      motif: edge.level > 2 && operation ? this.title({ level: edge.level - 1, slot: operation }) : "",
    });
  }

  #closed(edge) {
    const canvas = this.#canvases.get(edge.level);
    canvas.mark(edge, "open", false);
    const lost = document.activeElement === document.body || document.activeElement?.closest(".op-menu");
    if (lost && edge.level === this.#draft.place.level) canvas.focus(edge);
  }

  #go(place) {
    this.#draft.show(place);
    this.querySelector(`.motif-chip[data-place="L${place.level}-M${place.slot}"]`)?.focus();
  }

  #listen() {
    this.#draft.addEventListener("change", ({ detail }) => this.#onChange(detail));
    this.#draft.addEventListener("place", () => this.#onPlace());
    this.#preview.addEventListener("answer", ({ detail }) => {
      if (!detail.valid) return this.#panel.fail(new Error(detail.errors[0].message));
      this.#panel.show(detail);
      return this.#paint();
    });
    this.#preview.addEventListener("slow", () => this.#panel.wait());
    this.#preview.addEventListener("failure", ({ detail }) => this.#panel.fail(detail));
    this.addEventListener("measure", () => this.#paint());
    this.addEventListener("click", (event) => this.#onClick(event));
    this.addEventListener("change", (event) => this.#onSelect(event));
    this.addEventListener("submit", (event) => this.#onSubmit(event));
    for (const name of ["pointerover", "focusin"]) this.addEventListener(name, (event) => this.#light(event.target));
    document.addEventListener("keydown", (event) => this.#onShortcut(event));
    addEventListener("beforeunload", (event) => {
      if (this.#draft.dirty && !this.#leaving) event.preventDefault();
    });
  }

  #onChange({ edits, action }) {
    const [last] = edits.slice(-1);
    if (action !== "set" || edits.length > 1) {
      if (last.level !== this.#draft.place.level || last.slot !== this.#draft.place.slot) this.#draft.show(last);
    }
    this.#paint();
    const canvas = this.#canvases.get(last.level);
    canvas.flash(last);
    if (action !== "set") canvas.focus(last);
    this.say(this.#words(edits, action));
    this.#preview.ask(this.#question());
  }

  #words(edits, action) {
    const verb = { set: "", undo: "Undone. ", redo: "Done again. " }[action];
    if (edits.length > 1) return `${verb}${edits.length} edges changed.`;
    const [edit] = edits;
    const canvas = this.#canvases.get(edit.level);
    const now = this.#document.choices[edit.level][this.#draft.get(edit)].label;
    return `${verb}${this.title(edit)}, ${canvas.nodeName(edit.from)} to ${canvas.nodeName(edit.to)}: ${now}.`;
  }

  #onPlace() {
    const { level, slot } = this.#draft.place;
    const address = new URL(location.href);
    address.searchParams.set("motif", `L${level}-M${slot}`);
    history.replaceState(history.state, "", address);
    this.#paint();
    this.say(`${this.title(this.#draft.place)}, ${this.field("details").textContent}`);
  }

  #question() {
    const counted = this.querySelector("#counted").value;
    return { genotype: this.#draft.document, start: this.#document.start, ...this.#document.counted[counted] };
  }

  #onClick(event) {
    const chip = event.target.closest(".motif-chip");
    const act = event.target.closest("[data-act]")?.dataset.act;
    const edgeRow = event.target.closest("tr[data-edge]");
    if (chip) {
      event.preventDefault();
      const [level, slot] = chip.dataset.place.slice(1).split("-M").map(Number);
      this.#draft.show({ level, slot });
    } else if (act === "undo" || act === "redo" || act === "reset") {
      event.preventDefault();
      this.#draft[act]();
    } else if (act === "evaluate") {
      event.preventDefault();
      this.#evaluate();
    } else if (act === "open") this.#leaving = true;
    else if (act === "copy") this.#copy(event.target);
    else if (edgeRow) this.#focusEdge(edgeRow.dataset.edge);
  }

  #focusEdge(key) {
    const [from, to] = key.split("-").map(Number);
    this.#canvases.get(this.#draft.place.level).focus({ from, to });
  }

  #onSelect(event) {
    const select = event.target;
    if (select.name?.startsWith("edge-")) {
      const [, from, to] = select.name.split("-").map(Number);
      this.#draft.set({ ...this.#draft.place, from, to }, Number(select.value));
    } else if (select.id === "counted") {
      const taker = this.querySelector("#evaluate-in");
      if (taker && [...taker.options].some((option) => option.value === select.value)) taker.value = select.value;
      this.#preview.ask(this.#question(), 0);
    }
  }

  #evaluate() {
    const dialog = this.querySelector("dialog");
    dialog.querySelector("[name=genotype]").value = JSON.stringify(this.#draft.document);
    dialog.showModal();
  }

  #onSubmit(event) {
    if (event.target.id === "matrix") event.preventDefault(); // Enter in a choice: everything is applied already
    if (!event.target.matches(".evaluate-form")) return;
    this.#leaving = true;
    this.#draft.saved();
  }

  #onShortcut(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.closest?.("textarea, dialog")) return;
    const key = event.key.toLowerCase();
    if (key === "z") this.#draft[event.shiftKey ? "redo" : "undo"]();
    else if (key === "y") this.#draft.redo();
    else return;
    event.preventDefault();
  }

  /** Whoever points at a motif's button sees where the drawing uses it. */
  #light(target) {
    const { level } = this.#draft.place;
    const place = target.closest?.(".motif-chip")?.dataset.place ?? "";
    const [above, slot] = place.slice(1).split("-M").map(Number);
    this.#canvases.get(level).light(above === level - 1 ? slot : 0);
  }

  async #copy(button) {
    const source = this.field("text");
    try {
      await navigator.clipboard.writeText(source.textContent);
      this.say("Copied");
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy"), 1500);
    } catch {
      getSelection().selectAllChildren(source); // no permission: selected, for Ctrl+C
      this.say("Selected: copy it with the keyboard");
    }
  }

  #paint() {
    const { place, done, undone } = this.#draft;
    const changes = this.#draft.changes();
    const here = changes.filter(({ level, slot }) => level === place.level && slot === place.slot);
    const edited = new Map(here.map(({ from, to, before }) => [`${from}-${to}`, before]));
    for (const part of this.querySelectorAll(".level-canvas")) part.hidden = Number(part.dataset.level) !== place.level;
    this.#canvases.get(place.level).show(place.slot, this.#draft.rows(), this.#panel.marks(place, this.#draft.rows().length + 1), edited);
    this.#panel.showPlace(place, this.#draft);
    this.#markMatrix(edited);
    const many = changes.length;
    this.field("changes").textContent = many ? `${many} change${many > 1 ? "s" : ""} from ${this.#document.startName}` : "No changes";
    this.querySelector("[data-act=undo]").disabled = !done.length;
    this.querySelector("[data-act=redo]").disabled = !undone.length;
    this.querySelector("[data-act=reset]").setAttribute("aria-disabled", String(!many));
    const touched = new Set(changes.map(({ level, slot }) => `L${level}-M${slot}`));
    for (const chip of this.querySelectorAll(".motif-chip")) {
      chip.ariaCurrent = chip.dataset.place === `L${place.level}-M${place.slot}` ? "true" : null;
      chip.classList.toggle("touched", touched.has(chip.dataset.place));
    }
  }

  #markMatrix(edited) {
    const choices = this.#document.choices[this.#draft.place.level];
    for (const select of this.querySelectorAll("#matrix fieldset:not([hidden]) select")) {
      const before = choices[edited.get(select.name.split("-").slice(1).join("-"))];
      const cell = select.closest("td");
      cell.classList.toggle("edited", Boolean(before));
      if (before) cell.title = `before: ${before.label}`;
      else cell.removeAttribute("title");
    }
  }
}

customElements.define("motif-editor", MotifEditor);
