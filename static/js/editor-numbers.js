// What the server says of an edit, and its words on the page. No arithmetic of networks here.
import { csrfHeader } from "./csrf.js";
import { count, magnitude, perCent } from "./numbers.js";

const DEBOUNCE = 150; // milliseconds
const PATIENCE = 300; // before numbers are shown as old
const DASH = "–";
const SIZES = [
  ["GiB", 2 ** 30],
  ["MiB", 2 ** 20],
  ["KiB", 2 ** 10],
];

export function memory(size) {
  for (const [unit, scale] of SIZES) {
    if (size < scale * 0.9995) continue;
    const value = size / scale;
    return `${value.toFixed(value < 9.95 ? 1 : 0)}\u00a0${unit}`;
  }
  return `${Math.round(size)}\u00a0B`;
}

/** As visualize.pages.shared.duration_estimate.rough_seconds has it. */
export function roughSeconds(seconds) {
  if (seconds < 1) return `${Number(seconds.toPrecision(1))} s`;
  if (seconds < 10) return `${Math.round(seconds)} s`;
  const step = seconds < 120 ? 10 : seconds < 36_000 ? 60 : 3600;
  const whole = Math.round(seconds / step) * step;
  const parts = [
    [86_400, "d"],
    [3600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  let rest = whole;
  const said = [];
  for (const [size, name] of parts) {
    const number = Math.floor(rest / size);
    if (number && said.length < 2) said.push(`${number}\u00a0${name}`);
    rest %= size;
  }
  return said.join(" ");
}

export const shareWords = (fraction) => (fraction > 0 && fraction < 0.005 ? "<\u00a01\u00a0%" : perCent(fraction, 0));

function signed(change, words) {
  if (!change || !/[1-9]/.test(words(Math.abs(change)))) return DASH;
  return `${change > 0 ? "+" : "\u2212"}${words(Math.abs(change))}`;
}

/** Asks the server about the latest state only: earlier questions are dropped, earlier answers ignored. */
export class Preview extends EventTarget {
  #address;
  #timer = 0;
  #abort = null;
  #number = 0;
  #last = null;

  constructor(address) {
    super();
    this.#address = address;
  }

  ask(body, delay = DEBOUNCE) {
    this.#last = body;
    this.#number += 1;
    this.#abort?.abort();
    clearTimeout(this.#timer);
    const number = this.#number;
    this.#timer = setTimeout(() => this.#send(body, number), delay);
  }

  again() {
    if (this.#last) this.ask(this.#last, 0);
  }

  async #send(body, number) {
    this.#abort = new AbortController();
    const slow = setTimeout(() => this.#tell("slow"), PATIENCE);
    try {
      const response = await fetch(this.#address, {
        method: "POST",
        headers: { "Content-Type": "application/json", ...csrfHeader() },
        body: JSON.stringify(body),
        signal: this.#abort.signal,
      });
      const answer = await response.json();
      if (!response.ok) throw new Error(answer.detail ?? `The server answered ${response.status}`);
      if (number === this.#number) this.#tell("answer", answer);
    } catch (error) {
      if (error.name !== "AbortError" && number === this.#number) this.#tell("failure", error);
    } finally {
      clearTimeout(slow);
    }
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** The rows of the panel: name -> [value, change, costs more]. */
export function numberRows({ inspection, training, change }) {
  const dead = inspection.dead_edges.length;
  const or = (value, words) => (value === null || value === undefined ? DASH : words(value));
  return {
    parameters: [or(inspection.parameters, count), signed(change?.parameters, count), change?.parameters > 0],
    multiply_adds: [or(inspection.multiply_adds, magnitude), signed(change?.multiply_adds, magnitude), change?.multiply_adds > 0],
    memory_bytes: [or(training?.memory_bytes, memory), signed(change?.memory_bytes, memory), change?.memory_bytes > 0],
    seconds: [training ? `≈ ${roughSeconds(training.seconds)}` : DASH, signed(change?.seconds, roughSeconds), change?.seconds > 0],
    depth: [or(inspection.depth, count), signed(change?.depth, count), change?.depth > 0],
    live_edges: [`${inspection.live_edges} of ${inspection.live_edges + dead}`, signed(change?.live_edges, count), change?.live_edges > 0],
  };
}
