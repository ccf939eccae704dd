// What has come so far, and as uPlot wants it: one column of steps, one column for each series.

const STEP = 0;
const FITNESS = 1;
const PARAMETERS = 2;
const STATE = 4;

export class CurveData {
  #points = new Map(); // by step: an answer may repeat what an earlier one held
  #best = [];
  #median = [];
  #parametersMedian = [];
  #sorted = null;

  constructor(individuals) {
    this.individuals = individuals;
  }

  get size() {
    return this.#points.size;
  }

  add(answer) {
    for (const point of answer.points) this.#points.set(point[STEP], point);
    this.#best.push(...answer.best);
    this.#median.push(...answer.median);
    this.#parametersMedian.push(...answer.parameters_median);
    if (answer.points.length) this.#sorted = null;
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
    const lines = [this.#median, this.#best, this.#parametersMedian];
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

function columnOfSteps(points, lines) {
  const steps = new Set(points.map((point) => point[STEP]));
  for (const line of lines) for (const [step] of line) steps.add(step);
  return [...steps].sort((a, b) => a - b);
}

/** As visualize.curves.fitness_floor: at most 2 % lie below, and are drawn at the edge. */
function fitnessFloor(points) {
  const values = points.filter((point) => point[FITNESS] !== null).map((point) => point[FITNESS]);
  if (!values.length) return 0;
  values.sort((a, b) => a - b);
  const low = values[Math.floor(values.length / 50)];
  const high = values[values.length - 1];
  return Math.max(0, Math.floor((low - Math.max(0.02, 0.08 * (high - low))) * 50) / 50);
}
