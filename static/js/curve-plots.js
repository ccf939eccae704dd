// The two uPlot panels. uPlot paints on canvas, so colours are read from the stylesheet whenever it paints.
import { count, magnitude } from "./numbers.js";

const SYNC = uPlot.sync("curves");
const probe = document.createElement("span");
probe.hidden = true;
const resolved = new Map();

/** A token's colour as the browser resolves it: light-dark() means nothing to a canvas. */
function colour(token) {
  if (!probe.isConnected) document.body.append(probe);
  if (!resolved.has(token)) {
    probe.style.color = `var(${token})`;
    resolved.set(token, getComputedStyle(probe).color);
  }
  return resolved.get(token);
}

const FONT = "11.5px " + getComputedStyle(document.documentElement).fontFamily;

const axis = (options) => ({
  stroke: () => colour("--muted"),
  font: FONT,
  grid: { stroke: () => colour("--grid"), width: 1 },
  ticks: { show: false },
  ...options,
});

const dots = (token, size) => ({
  paths: () => null,
  points: { show: true, size, width: 0, fill: () => colour(token), stroke: () => colour(token) },
});

const line = (token, paths) => ({
  stroke: () => colour(token),
  width: 1.75,
  spanGaps: true,
  paths,
  points: { show: false },
});

// Nothing is dragged here; uPlot would swallow clicks that it takes for the end of a drag.
const NO_DRAG = { x: false, y: false, click: () => {} };

class Plot {
  constructor(element, { height, series, data, range, y, individuals }) {
    this.element = element;
    this.height = height;
    this.pick = data;
    this.pickRange = range;
    this.range = [0, 1];
    this.plot = new uPlot(
      {
        width: element.clientWidth || 600,
        height,
        padding: [8, 22, 0, 0],
        legend: { show: false },
        cursor: { sync: { key: SYNC.key, setSeries: false }, drag: NO_DRAG, points: { show: false }, y: false },
        scales: {
          x: { time: false, range: () => [0, Math.max(1, individuals)] },
          y: { range: () => this.range },
        },
        axes: [
          axis({ values: (_, splits) => splits.map((v) => (Number.isInteger(v) ? count(v) : "")), size: 26, space: 70 }),
          axis({ size: 52, gap: 4, ...y }),
        ],
        series: [{}, ...series],
      },
      [[], ...series.map(() => [])],
      element,
    );
  }

  show(tables) {
    this.range = this.pickRange(tables);
    this.plot.setData(this.pick(tables));
  }

  fit() {
    const width = this.element.clientWidth;
    if (width && width !== this.plot.width) this.plot.setSize({ width, height: this.height });
  }

  retheme() {
    resolved.clear();
    this.plot.redraw(false, true);
  }

  destroy() {
    this.plot.destroy();
  }
}

export const fitnessPlot = (element, { individuals }) =>
  new Plot(element, {
    individuals,
    height: 270,
    series: [
      dots("--dot", individuals > 2000 ? 3 : 5),
      dots("--err", 6),
      line("--median", uPlot.paths.linear()),
      line("--best", uPlot.paths.stepped({ align: 1 })),
    ],
    data: (tables) => tables.fitness,
    range: (tables) => tables.fitnessRange,
    y: { values: (_, splits) => splits.map((value) => `${+(100 * value).toFixed(1)}\u00a0%`) },
  });

export const parametersPlot = (element, { individuals }) =>
  new Plot(element, {
    individuals,
    height: 120,
    series: [dots("--dot-2", individuals > 2000 ? 3 : 4), line("--median", uPlot.paths.linear())],
    data: (tables) => tables.parameters,
    range: (tables) => tables.parametersRange,
    y: { values: (_, splits) => splits.map(magnitude), space: 28 },
  });
