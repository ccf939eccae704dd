// What is edited: all motifs of all levels, with every step that led there. Knows nothing of the page; which motif is
// shown stands in the address.

const copy = (levels) => levels.map((motifs) => motifs.map((rows) => rows.map((row) => [...row])));
const sameShape = (one, other) =>
  Array.isArray(other) &&
  one.length === other.length &&
  one.every((value, i) => (Array.isArray(value) ? sameShape(value, other[i]) : Number.isInteger(other[i])));

/** An edge is {level, slot, from, to}; a step is the list of edits {…edge, before, after} of one action. */
export class Draft extends EventTarget {
  #start;
  #initial;
  #key;
  #saved = null;
  done = [];
  undone = [];

  constructor(document) {
    super();
    this.space = document.space;
    this.levels = copy(document.levels);
    this.place = document.place;
    this.#start = document.start.levels;
    this.#initial = JSON.stringify(document.levels);
    this.#key = `nasweb:draft:${document.draft}`;
    this.#restore();
  }

  rows(place = this.place) {
    return this.levels[place.level - 2][place.slot - 1];
  }

  get({ level, slot, from, to }) {
    return this.levels[level - 2][slot - 1][to - 2][from - 1];
  }

  /** Set one edge; nothing happens when it carries that already. */
  set(edge, operation) {
    const before = this.get(edge);
    if (before === operation) return;
    this.#act([{ ...edge, before, after: operation }]);
  }

  reset() {
    const edits = this.changes().map((edit) => ({ ...edit, before: edit.after, after: edit.before }));
    if (edits.length) this.#act(edits);
  }

  undo() {
    const step = this.done.pop();
    if (!step) return;
    this.undone.push(step);
    for (const edit of step.toReversed()) this.#write(edit, edit.before);
    this.#tell(step, "undo");
  }

  redo() {
    const step = this.undone.pop();
    if (!step) return;
    this.done.push(step);
    for (const edit of step) this.#write(edit, edit.after);
    this.#tell(step, "redo");
  }

  show(place) {
    if (place.level === this.place.level && place.slot === this.place.slot) return;
    this.place = { level: place.level, slot: place.slot };
    this.dispatchEvent(new CustomEvent("place"));
  }

  /** What differs from the start, edge by edge. */
  changes() {
    const found = [];
    this.levels.forEach((motifs, level) =>
      motifs.forEach((rows, slot) =>
        rows.forEach((row, to) =>
          row.forEach((after, from) => {
            const before = this.#start[level][slot][to][from];
            if (after !== before) found.push({ level: level + 2, slot: slot + 1, from: from + 1, to: to + 2, before, after });
          }),
        ),
      ),
    );
    return found;
  }

  get document() {
    return { space: this.space, levels: this.levels };
  }

  /** Something would be lost that neither the address nor the population holds. */
  get dirty() {
    const now = JSON.stringify(this.levels);
    return now !== this.#initial && now !== this.#saved;
  }

  saved() {
    this.#saved = JSON.stringify(this.levels);
    this.#keep();
  }

  #act(edits) {
    this.done.push(edits);
    this.undone = [];
    for (const edit of edits) this.#write(edit, edit.after);
    this.#tell(edits, "set");
  }

  #write({ level, slot, from, to }, operation) {
    this.levels[level - 2][slot - 1][to - 2][from - 1] = operation;
  }

  #tell(edits, action) {
    this.#keep();
    this.dispatchEvent(new CustomEvent("change", { detail: { edits, action } }));
  }

  #keep() {
    const { levels, done, undone } = this;
    try {
      sessionStorage.setItem(this.#key, JSON.stringify({ levels, done, undone, saved: this.#saved }));
    } catch {
      // no room, or switched off: the draft then lives as long as the page
    }
  }

  #restore() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.#key));
      if (!kept || !sameShape(this.levels, kept.levels)) return;
      const { levels, done, undone, saved } = kept;
      Object.assign(this, { levels, done, undone });
      this.#saved = saved;
    } catch {
      // not readable: begin anew
    }
  }
}
