// The two uPlot panels: one pointer and one stretch of steps for both. Dragging across shows a stretch larger.
import { count, magnitude } from "./numbers.js";
import { axis, colour, dots, forgetColours, INITIAL, initialWidth, TICK, title } from "./plot-style.js";
import { LEAST_DRAG } from "./stretch.js";

const SYNC = uPlot.sync("curves");

const line = (token, paths, name, stepped = false) => ({
  label: name,
  stepped,
  stroke: () => colour(token),
  width: 1.75,
  spanGaps: true,
  paths,
  points: { show: false },
});

class Plot {
  constructor(element, { height, series, data, range, y, individuals, initial, zoom }) {
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
        cursor: {
          sync: { key: SYNC.key, setSeries: false },
          // What a click was, the pointer knows (curve-pointer.js): uPlot would swallow some for the ends of drags.
          drag: { x: true, y: false, setScale: false, dist: LEAST_DRAG, click: () => {} },
          points: { show: false },
          y: false,
          // With Shift a drag moves what is shown (stretch.js).
          bind: { dblclick: () => () => zoom.show(null), mousedown: (_, __, drag) => (event) => event.shiftKey || drag(event) },
        },
        hooks: { setSelect: [(plot) => this.#dragged(plot, zoom)], drawClear: [shade], draw: [tick] },
        scales: {
          x: { time: false, range: () => zoom.shown },
          y: { range: () => this.range },
        },
        axes: [
          axis({
            values: (_, splits) => splits.map((v) => (Number.isInteger(v) ? count(v) : "")),
            size: 24,
            space: 70,
            ...title("evolution step"),
          }),
          axis({ size: 52, gap: 4, ...y }),
        ],
        series: [{ label: "step" }, ...series],
      },
      [[], ...series.map(() => [])],
      element,
    );
    this.plot.initial = initial;
    element.uplot = this.plot; // for chart-files.js
  }

  #dragged(plot, zoom) {
    const { left, width } = plot.select;
    if (width < LEAST_DRAG) return;
    plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    zoom.show([plot.posToVal(left, "x"), plot.posToVal(left + width, "x")]);
  }

  show(tables) {
    this.range = this.pickRange(tables);
    // At once: who zooms or points asks where values stand now.
    this.plot.batch(() => this.plot.setData(this.pick(tables)));
  }

  fit() {
    const width = this.element.clientWidth;
    if (width && width !== this.plot.width) this.plot.setSize({ width, height: this.height });
  }

  retheme() {
    forgetColours();
    this.plot.redraw(false, true);
  }

  destroy() {
    this.plot.destroy();
  }
}

/** All of it, and nothing else. */
const whole = (individuals) => ({ shown: [0, Math.max(1, individuals)], show: () => {} });

/** Failures have no fitness: a tick below the others for each. */
function tick(plot) {
  plot.series.forEach((series, index) => {
    if (!series.ticks) return;
    const { top, height } = plot.bbox;
    plot.ctx.save();
    plot.ctx.strokeStyle = colour("--err");
    plot.ctx.lineWidth = 1.5 * devicePixelRatio;
    plot.ctx.beginPath();
    plot.data[0].forEach((step, row) => {
      if (plot.data[index][row] === null || step < plot.scales.x.min || step > plot.scales.x.max) return;
      const x = plot.valToPos(step, "x", true);
      plot.ctx.moveTo(x, top + height);
      plot.ctx.lineTo(x, top + height - TICK * devicePixelRatio);
    });
    plot.ctx.stroke();
    plot.ctx.restore();
  });
}

/** The initial population, which nobody chose: everything right of it came from the search. */
function shade(plot) {
  const { left, top, height } = plot.bbox;
  const width = initialWidth(plot);
  if (!width) return;
  plot.ctx.save();
  plot.ctx.fillStyle = colour(INITIAL);
  plot.ctx.fillRect(left, top, width, height);
  plot.ctx.restore();
}

export const fitnessPlot = (element, { individuals, initial = 0 }, zoom = whole(individuals)) =>
  new Plot(element, {
    individuals,
    initial,
    zoom,
    height: 288,
    series: [
      { ...dots("--dot", individuals > 2000 ? 3 : 5), label: "fitness" },
      { label: "failed", ticks: true, stroke: () => colour("--err"), paths: () => null, points: { show: false } },
      line("--median", uPlot.paths.linear(), "median"),
      line("--best", uPlot.paths.stepped({ align: 1 }), "best so far", true),
    ],
    data: (tables) => tables.fitness,
    range: (tables) => tables.fitnessRange,
    y: { values: (_, splits) => splits.map((value) => `${+(100 * value).toFixed(2)}\u00a0%`), ...title("validation accuracy") },
  });

export const parametersPlot = (element, { individuals, initial = 0 }, zoom = whole(individuals)) =>
  new Plot(element, {
    individuals,
    initial,
    zoom,
    height: 140,
    series: [
      { ...dots("--dot-2", individuals > 2000 ? 3 : 4), label: "parameters" },
      line("--median", uPlot.paths.linear(), "median"),
    ],
    data: (tables) => tables.parameters,
    range: (tables) => tables.parametersRange,
    y: { values: (_, splits) => splits.map(magnitude), space: 28, ...title("parameters") },
  });
