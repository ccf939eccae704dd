// The parts of the page beside the drawing: numbers, where the cost lies, the matrix. All that the server said last.
import { numberRows, roughSeconds, shareWords } from "./editor-numbers.js";
import { perCent } from "./numbers.js";

const LISTED = 12; // edges that the list names; the others are a sum
const CROWDED = 6; // nodes, above which a drawing has room for the larger shares only
const SEEN = 0.025;
const MEASURES = { parameters: "parameters", multiply_adds: "multiply-adds" };

const STATES = { waiting: "waits", running: "is in training" };

const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

const key = ({ predecessor, successor }) => `${predecessor}-${successor}`;

export class Panel {
  #editor;
  #choices;
  #titles;
  #headings;
  #answer = null;
  #measure = "parameters";

  constructor(editor, document, retry) {
    this.#editor = editor;
    this.#choices = document.choices;
    this.#titles = document.titles;
    this.#headings = document.headings;
    this.retry = retry;
    for (const button of editor.querySelectorAll("[data-measure]")) {
      button.addEventListener("click", () => this.#measureBy(button));
    }
  }

  get #numbers() {
    return this.#editor.querySelector(".numbers-panel");
  }

  /** What the drawing shows of a motif: dead edges by "from-to", shares, whether it is unused. Null: nothing known. */
  marks(place, nodes) {
    const least = nodes > CROWDED ? SEEN : 0;
    if (!this.#answer?.inspection) return null;
    const { inspection, costs } = this.#answer;
    const here = (row) => row.level === place.level && row.motif === place.slot;
    const unused = inspection.unused_motifs.some(here);
    return {
      unused,
      dead: new Set(unused ? [] : inspection.dead_edges.filter(here).map(key)),
      shares: new Map(this.#shares(costs, place).map(([edge, share]) => [key(edge), share ? shareWords(share) : ""])),
      shown: new Set(this.#shares(costs, place).filter(([, share]) => share >= least).map(([edge]) => key(edge))),
      measure: MEASURES[this.#measure],
    };
  }

  #shares(costs, place) {
    if (!costs) return [];
    const whole = costs.cells[this.#measure] + costs.host[this.#measure];
    return costs.edges
      .filter((edge) => edge.level === place.level && edge.motif === place.slot)
      .map((edge) => [edge, edge[this.#measure] / whole]);
  }

  show(answer) {
    this.#answer = answer;
    const panel = this.#numbers;
    panel.dataset.state = "done";
    this.#editor.field("note").textContent = "";
    for (const [name, [value, change, more]] of Object.entries(numberRows(answer))) {
      const row = panel.querySelector(`[data-number="${name}"]`);
      row.querySelector(".value").textContent = value;
      const cell = row.querySelector(".change");
      cell.textContent = change;
      cell.classList.toggle("more", Boolean(more));
      cell.classList.toggle("none", change === "–");
    }
    this.#showVerdicts(answer);
    this.#showKnown(answer);
    this.#editor.field("text").textContent = answer.inspection.text;
    this.#showChips(answer);
  }

  wait() {
    this.#numbers.dataset.state = "loading";
    this.#editor.field("note").textContent = "counting…";
  }

  fail(error) {
    this.#numbers.dataset.state = "error";
    const button = make("button", { type: "button", textContent: "Retry" });
    button.addEventListener("click", this.retry);
    this.#editor.field("note").replaceChildren(error instanceof TypeError ? "No answer. " : `${error.message} `, button);
  }

  #showVerdicts({ obstacles, warnings }) {
    const said = obstacles.length
      ? obstacles.map((text) => make("p", { className: "verdict bad", textContent: text }))
      : [make("p", { className: "verdict good", textContent: "Builds a network" })];
    const odd = warnings.filter((text) => !obstacles.includes(text));
    said.push(...odd.map((text) => make("p", { className: "verdict warned", textContent: text })));
    const field = this.#editor.field("verdicts");
    const before = field.querySelector(".verdict")?.textContent;
    field.replaceChildren(...said);
    if (before !== said[0].textContent) this.#editor.say(said[0].textContent);
  }

  #showKnown({ known, obstacles, training }) {
    const one = known?.individual;
    const asked = this.#editor.querySelector("#counted").value;
    const here = one && String(one.experiment_id) === asked;
    const address = one && `/experiments/${one.experiment_id}/individuals/${one.step}/`;
    const fitness = one?.fitness === null || !one ? "" : perCent(one.fitness, 1);
    const field = this.#editor.field("known");
    field.replaceChildren();
    if (one && !here) {
      const option = this.#editor.querySelector(`#counted option[value="${one.experiment_id}"]`);
      const where = option ? option.dataset.name : `experiment ${one.experiment_id}`;
      const state = STATES[one.state] ?? one.state;
      const text = `#${one.step} of ${where} builds this very network${fitness ? `: ${fitness}.` : ` and ${state}.`}`;
      field.append(make("a", { href: address, textContent: text }));
    }
    const open = this.#editor.querySelector("[data-act=open]");
    open.hidden = !here;
    if (here) {
      open.href = address;
      open.textContent = `Open #${one.step}${fitness ? ` (${fitness})` : ""}`;
    }
    const evaluate = this.#editor.querySelector("[data-act=evaluate]");
    evaluate.disabled = obstacles.length > 0;
    evaluate.textContent = here ? "Evaluate it all the same…" : "Evaluate this genotype…";
    evaluate.classList.toggle("primary", !here);
    evaluate.classList.toggle("quiet", Boolean(here));
    const outlook = this.#editor.field("outlook");
    const queue = outlook.textContent.match(/\d[\d,]* before it in the queue/)?.[0];
    outlook.textContent = [training && `≈ ${roughSeconds(training.seconds)} of training`, queue].filter(Boolean).join(", ");
  }

  #showChips({ inspection, costs }) {
    const whole = costs && costs.cells[this.#measure] + costs.host[this.#measure];
    const share = new Map(costs?.motifs.map((row) => [`L${row.level}-M${row.motif}`, row[this.#measure] / whole]));
    const unused = new Set(inspection.unused_motifs.map((row) => `L${row.level}-M${row.motif}`));
    for (const chip of this.#editor.querySelectorAll(".motif-chip")) {
      const { place } = chip.dataset;
      chip.classList.toggle("unused", unused.has(place) && !chip.classList.contains("cell"));
      const value = share.get(place);
      chip.querySelector("[data-share]").textContent = value ? shareWords(value) : "";
      chip.title = unused.has(place) ? "unused" : "";
    }
  }

  /** The motif that is edited: heading, matrix, costs. */
  showPlace(place, draft) {
    const name = this.#titles[place.level][place.slot - 1];
    this.#editor.field("title").textContent = this.#headings[place.level][place.slot - 1];
    this.#editor.field("details").textContent = this.#details(place, draft);
    const form = this.#editor.querySelector("#matrix");
    form.elements.motif.value = `L${place.level}-M${place.slot}`;
    form.elements.genotype.value = JSON.stringify(draft.document);
    const dead = this.marks(place, 0)?.dead ?? new Set();
    for (const set of form.querySelectorAll("fieldset")) {
      const current = Number(set.dataset.level) === place.level;
      set.hidden = set.disabled = !current;
      if (!current) continue;
      set.querySelector("[data-field=motif]").textContent = name;
      for (const select of set.querySelectorAll("select")) this.#showChoice(select, place, draft, dead);
      this.#editor.querySelector(".editor-grid").classList.toggle("wide", Boolean(set.querySelector(".dense")));
    }
    for (const item of this.#editor.querySelectorAll(".op-legend .primitive")) item.hidden = place.level > 2;
    this.#showCosts(place, draft);
  }

  #showChoice(select, place, draft, dead) {
    const [, from, to] = select.name.split("-").map(Number);
    const operation = draft.get({ ...place, from, to });
    select.value = String(operation);
    select.id = `choice-L${place.level}-M${place.slot}-e${from}-${to}`;
    select.closest("td").className = `${this.#choices[place.level][operation].look}${operation && dead.has(`${from}-${to}`) ? " dead" : ""}`;
  }

  #details(place, draft) {
    const { level, slot } = place;
    const said = [`level ${level}`, `${draft.rows(place).length + 1} nodes`];
    const above = draft.levels[level - 1];
    if (above) {
      const sites = above.flat(2).filter((operation) => operation === slot).length;
      const uses = this.#answer?.inspection?.uses.find((row) => row.level === level && row.motif === slot)?.uses;
      said.push(`on ${sites} edge${sites === 1 ? "" : "s"} of level ${level + 1}`);
      if (uses !== undefined) said.push(uses ? `${uses} cop${uses === 1 ? "y" : "ies"} in a cell` : "unused");
    }
    return said.join(" · ");
  }

  #showCosts(place, draft) {
    const { costs } = this.#answer ?? {};
    if (!this.#answer) return;
    const rows = this.#shares(costs, place)
      .filter(([edge, share]) => share > 0 && draft.get({ ...place, from: edge.predecessor, to: edge.successor }))
      .sort((one, other) => other[1] - one[1]);
    const body = this.#editor.field("costs");
    const listed = rows.length > LISTED + 1 ? rows.slice(0, LISTED) : rows;
    body.replaceChildren(...listed.map(([edge, share]) => this.#costRow(edge, share, place, draft)));
    if (listed.length < rows.length) {
      const others = rows.slice(LISTED).reduce((sum, [, share]) => sum + share, 0);
      const text = `${rows.length - LISTED} other edges, together ${shareWords(others)}`;
      body.append(make("tr", {}, make("td", { className: "muted", colSpan: 4, textContent: text })));
    }
    if (!rows.length) {
      body.append(make("tr", {}, make("td", { className: "muted", colSpan: 4, textContent: "No edge of this motif costs anything." })));
    }
    this.#editor.field("rest").textContent = this.#rest(costs, place);
    this.#editor.querySelector(".cost-table caption").textContent =
      `Share of the network’s ${MEASURES[this.#measure]} by edge of this motif, through all its uses`;
    this.#editor.field("measure").textContent = MEASURES[this.#measure];
  }

  #costRow(edge, share, place, draft) {
    const nodes = draft.rows(place).length + 1;
    const name = (node) => (node === 1 ? "in" : node === nodes ? "out" : String(node));
    const operation = draft.get({ ...place, from: edge.predecessor, to: edge.successor });
    const bar = make("progress", { className: "thin", max: 1, value: share, ariaHidden: "true" });
    const row = make(
      "tr",
      {},
      make("th", { scope: "row", textContent: `${name(edge.predecessor)} → ${name(edge.successor)}` }),
      make("td", { textContent: this.#choices[place.level][operation].pill }),
      make("td", { className: "bar" }, bar),
      make("td", { className: "num", textContent: shareWords(share) }),
    );
    row.dataset.edge = key(edge);
    return row;
  }

  #rest(costs, place) {
    if (!costs) return "";
    const whole = costs.cells[this.#measure] + costs.host[this.#measure];
    const motif = costs.motifs.find((row) => row.level === place.level && row.motif === place.slot);
    const said = [];
    if (place.level < Math.max(...Object.keys(this.#titles))) said.push(`this motif ${shareWords((motif?.[this.#measure] ?? 0) / whole)}`);
    said.push(`all cells ${shareWords(costs.cells[this.#measure] / whole)}`, `the host’s own layers ${shareWords(costs.host[this.#measure] / whole)}`);
    return `Of all ${MEASURES[this.#measure]}: ${said.join(", ")}.`;
  }

  #measureBy(button) {
    this.#measure = button.dataset.measure;
    for (const other of this.#editor.querySelectorAll("[data-measure]")) other.setAttribute("aria-pressed", String(other === button));
    if (this.#answer) this.#showChips(this.#answer);
    this.#editor.dispatchEvent(new CustomEvent("measure"));
  }
}
