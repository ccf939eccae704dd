// What has come so far, and as uPlot wants it: one column of steps, one column for each series.

const STEP = 0;
const FITNESS = 1;
const PARAMETERS = 2;
const COMPLETION = 3;
const STATE = 4;

export class CurveData {
  #points = new Map(); // by step: an answer may repeat what an earlier one held
  #best = [];
  #median = [];
  #parametersMedian = [];
  #sorted = null;
  #thinned = false;
  window = null;

  constructor(individuals, initial) {
    this.individuals = individuals;
    this.initial = initial;
  }

  get hasFitness() {
    return [...this.#points.values()].some((point) => point[FITNESS] !== null);
  }

  add(answer) {
    if (answer.anew) {
      this.#points.clear();
      [this.#best, this.#median, this.#parametersMedian, this.#sorted] = [[], [], [], null];
    }
    this.#thinned ||= answer.thinned;
    for (const point of answer.points) this.#points.set(point[STEP], point);
    this.#best.push(...answer.best);
    this.#median.push(...answer.median);
    this.#parametersMedian.push(...answer.parameters_median);
    if (answer.points.length) this.#sorted = null;
  }

  /** Individuals under the running medians, the server's number where null; they can be counted anew while no point is
   * left out, in order of completion. */
  get adjustable() {
    return !this.#thinned && this.#points.size > 4;
  }

  #medians() {
    if (!this.window || !this.adjustable) return [this.#median, this.#parametersMedian];
    const members = [...this.#points.values()].filter((point) => point[COMPLETION] !== null).sort((a, b) => a[COMPLETION] - b[COMPLETION]);
    let reached = 0;
    const steps = members.map((point) => (reached = Math.max(reached, point[STEP])));
    return [FITNESS, PARAMETERS].map((field) => runningMedian(members.map((point) => point[field]), this.window).map((value, index) => [steps[index], value]));
  }

  /** Individuals by step. */
  get sorted() {
    this.#sorted ??= [...this.#points.values()].sort((a, b) => a[STEP] - b[STEP]);
    return this.#sorted;
  }

  individual(step) {
    const point = this.#points.get(step);
    return point && { step, fitness: point[FITNESS], parameters: point[PARAMETERS], state: point[STATE] };
  }

  tables() {
    const floor = fitnessFloor(this.sorted);
    const [middle, middleParameters] = this.#medians();
    const lines = [middle, this.#best, middleParameters];
    const steps = columnOfSteps(this.sorted, lines);
    const at = new Map(steps.map((step, index) => [step, index]));
    const column = () => new Array(steps.length).fill(null);
    const [children, failed, parameters] = [column(), column(), column()];
    let highest = 0;
    let largest = 0;
    for (const point of this.sorted) {
      const index = at.get(point[STEP]);
      if (point[FITNESS] === null) {
        if (point[STATE] === "failed") failed[index] = floor;
        continue;
      }
      children[index] = Math.max(point[FITNESS], floor);
      parameters[index] = point[PARAMETERS];
      highest = Math.max(highest, point[FITNESS]);
      largest = Math.max(largest, point[PARAMETERS]);
    }
    const [median, best, parametersMedian] = lines.map((line) => {
      const values = column();
      for (const [step, value] of line) values[at.get(step)] = value;
      return values;
    });
    for (let i = 0; i < median.length; i++) if (median[i] !== null) median[i] = Math.max(median[i], floor);
    return {
      fitness: [steps, children, failed, median, best],
      parameters: [steps, parameters, parametersMedian],
      fitnessRange: [floor, Math.min(1, Math.max(highest + 0.02, floor + 0.04))],
      parametersRange: [0, Math.max(1, largest * 1.08)],
    };
  }
}

/** The median of each value and up to window - 1 before it, as visualize.charts.series.running_median. */
function runningMedian(values, window) {
  const ordered = [];
  const place = (value) => {
    let [low, high] = [0, ordered.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ordered[middle] < value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return values.map((value, index) => {
    ordered.splice(place(value), 0, value);
    if (ordered.length > window) ordered.splice(place(values[index - window]), 1);
    const middle = ordered.length >> 1;
    return ordered.length % 2 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2;
  });
}

function columnOfSteps(points, lines) {
  const steps = new Set(points.map((point) => point[STEP]));
  for (const line of lines) for (const [step] of line) steps.add(step);
  return [...steps].sort((a, b) => a - b);
}

/** As visualize.charts.series.fitness_floor: at most 2 % lie below, and are drawn at the edge. */
function fitnessFloor(points) {
  const values = points.filter((point) => point[FITNESS] !== null).map((point) => point[FITNESS]);
  if (!values.length) return 0;
  values.sort((a, b) => a - b);
  const low = values[Math.floor(values.length / 50)];
  const high = values[values.length - 1];
  return Math.max(0, Math.floor((low - Math.max(0.02, 0.08 * (high - low))) * 50) / 50);
}
