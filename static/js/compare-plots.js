// <compare-plots>: the courses of several experiments, three panels with one cursor. The server draws still pictures
// into the element; this replaces them, and the table below reads out the values under the cursor.
import { count, magnitude, perCent } from "./numbers.js";
import { axis, colour, font, forgetColours, tinted } from "./plot-style.js";
import { Poller, fetchText } from "./polling.js";

const SECONDS = 10;
const HEIGHT = 280;
const DASHES = [[], [9, 5], [2, 5]];
const FAINT = 0.16;
const NUMBER = 14; // pixels between two numbers at the ends of lines

const duration = (seconds) => {
  if (seconds < 60) return `${+seconds.toFixed(seconds < 10 ? 1 : 0)}\u00a0s`;
  return seconds < 3600 ? `${+(seconds / 60).toFixed(1)}\u00a0min` : `${+(seconds / 3600).toFixed(1)}\u00a0h`;
};

/** The value of a line at x: that of its last point up to x; null before it begins and after it ends. */
function valueAt([xs, ys], x) {
  if (!xs.length || x < xs[0] || x > xs.at(-1)) return null;
  let [low, high] = [0, xs.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (xs[middle] <= x) low = middle;
    else high = middle - 1;
  }
  return ys[low];
}

class Panel {
  constructor(host, element, sync) {
    this.host = host;
    this.element = element;
    this.name = element.dataset.plot;
    this.sync = sync;
    this.lit = null;
  }

  show(answer) {
    this.range = answer.range;
    this.series = answer.series;
    this.#arrange();
    const shape = JSON.stringify(this.drawn.map(({ kind, series }) => [kind, series.number]));
    if (shape !== this.shape) {
      this.plot?.destroy();
      this.shape = shape;
      this.#build();
    }
    this.plot.setData(this.table);
  }

  /** One column for each line and edge of a band, over all their places. */
  #arrange() {
    this.drawn = [];
    const tables = [];
    const add = (kind, series, xs, ys) => {
      this.drawn.push({ kind, series });
      tables.push([xs, ys]);
    };
    for (const series of this.series) {
      if (series.band.length) {
        const [xs, low, middle, high] = series.band;
        series.middle = [xs, middle];
        add("edge", series, xs, high);
        add("edge", series, xs, low);
        for (const [x, y] of series.lines) add("thin", series, x, y);
        add("line", series, xs, middle);
      } else {
        series.middle = series.lines[0];
        add("line", series, ...series.lines[0]);
      }
    }
    this.table = tables.length ? uPlot.join(tables.map(([xs, ys]) => dedupe(xs, ys))) : [[]];
  }

  #build() {
    const place = this.element;
    place.replaceChildren();
    place.classList.add("live");
    const stepped = this.name === "best";
    const paths = stepped ? uPlot.paths.stepped({ align: 1 }) : uPlot.paths.linear();
    const shade = (series) => (this.lit === null || this.lit === series.number ? 1 : FAINT);
    const bands = [];
    this.drawn.forEach(({ kind, series }, index) => {
      if (kind === "edge" && this.drawn[index + 1]?.kind === "edge" && this.drawn[index + 1].series === series)
        bands.push({ series: [index + 1, index + 2], fill: () => tinted(`--series-${series.tone}`, 0.16 * shade(series)) });
    });
    this.plot = new uPlot(
      {
        width: place.clientWidth || 400,
        height: HEIGHT,
        padding: [8, 28, 0, 0],
        legend: { show: false },
        cursor: {
          sync: { key: this.sync.key, setSeries: false },
          drag: { x: false, y: false },
          points: { show: false },
          y: false,
        },
        scales: { x: { time: false, range: () => [0, this.range[0]] }, y: { range: () => this.range.slice(1) } },
        axes: [
          axis({ values: (_, splits) => splits.map((value) => this.host.place(value)), size: 28, space: 64 }),
          axis({ values: (_, splits) => splits.map((value) => this.write(value, 0)), size: 52, gap: 4 }),
        ],
        series: [
          {},
          ...this.drawn.map(({ kind, series }) => ({
            stroke: () => (kind === "edge" ? "transparent" : tinted(`--series-${series.tone}`, shade(series) * (kind === "thin" ? 0.45 : 1))),
            width: kind === "line" ? 2 : kind === "thin" ? 1 : 0,
            dash: kind === "line" ? DASHES[series.dash] : [],
            spanGaps: true,
            paths,
            points: { show: false },
          })),
        ],
        bands,
        hooks: { draw: [(plot) => this.#numbers(plot)], setCursor: [(plot) => this.host.read(plot)] },
      },
      this.table,
      place,
    );
    this.#listen(place);
  }

  write(value, digits = 2) {
    return this.name === "parameters" ? magnitude(value) : perCent(value, digits);
  }

  /** Each line's number at its end, none on another. */
  #numbers(plot) {
    const ratio = uPlot.pxRatio;
    const ends = this.series
      .filter((series) => series.middle[0].length)
      .map((series) => ({
        series,
        x: plot.valToPos(series.middle[0].at(-1), "x", true),
        y: plot.valToPos(series.middle[1].at(-1), "y", true),
      }))
      .sort((a, b) => a.x - b.x);
    const { ctx } = plot;
    ctx.save();
    ctx.font = font(12 * ratio, 650);
    ctx.textBaseline = "middle";
    ctx.textAlign = "left";
    const { top, height } = plot.bbox;
    for (const [end, y] of apart(ends, NUMBER * ratio, top, top + height)) {
      ctx.globalAlpha = this.lit === null || this.lit === end.series.number ? 1 : FAINT;
      ctx.fillStyle = colour(`--series-${end.series.tone}`);
      ctx.fillText(String(end.series.number), end.x + 6 * ratio, y);
    }
    ctx.restore();
  }

  #listen(place) {
    if (place.tabIndex === 0) return;
    place.tabIndex = 0;
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", `${place.dataset.title} of each experiment. Arrow keys move along the axis; the table below reads out the values.`);
    place.addEventListener("keydown", (event) => {
      const width = this.plot.over.clientWidth;
      const strides = { ArrowLeft: -1 / 50, ArrowRight: 1 / 50, PageUp: -1 / 5, PageDown: 1 / 5, Home: -1, End: 1 };
      const left = this.plot.cursor.left >= 0 ? this.plot.cursor.left : 0;
      if (event.key in strides) {
        const to = Math.min(width, Math.max(0, left + strides[event.key] * width));
        this.plot.setCursor({ left: to, top: 0 }, true);
      } else if (event.key === "Escape") this.plot.setCursor({ left: -10, top: -10 }, true);
      else return;
      event.preventDefault();
    });
    place.addEventListener("blur", () => this.plot.setCursor({ left: -10, top: -10 }, true));
  }

  fit() {
    const width = this.element.clientWidth;
    if (this.plot && width && width !== this.plot.width) this.plot.setSize({ width, height: HEIGHT });
  }

  redraw() {
    this.plot?.redraw(true, true);
  }
}

/** As visualize.compare_charts: numbers too close to one another share their room. Yields [end, y]. */
function* apart(ends, room, low, high) {
  let column = [];
  for (const [index, end] of ends.entries()) {
    column.push(end);
    if (index + 1 < ends.length && ends[index + 1].x - end.x <= 2 * room) continue;
    column.sort((a, b) => a.y - b.y);
    const held = ([mean, members]) => {
      const half = (room * (members - 1)) / 2;
      return Math.max(low + half, Math.min(high - half, mean));
    };
    const groups = [];
    for (const { y } of column) {
      let group = [y, 1];
      while (groups.length && held(group) - held(groups.at(-1)) < (room * (group[1] + groups.at(-1)[1])) / 2) {
        const [[mean, members], [before, others]] = [group, groups.pop()];
        group = [(mean * members + before * others) / (members + others), members + others];
      }
      groups.push(group);
    }
    const places = groups.flatMap((group) => Array.from({ length: group[1] }, (_, i) => held(group) + room * (i - (group[1] - 1) / 2)));
    for (const [place, row] of column.entries()) yield [row, places[place]];
    column = [];
  }
}

/** Joining wants each place once: the last value there. */
function dedupe(xs, ys) {
  const last = new Map(xs.map((x, index) => [x, ys[index]]));
  return [[...last.keys()], [...last.values()]];
}

class ComparePlots extends HTMLElement {
  connectedCallback() {
    this.stopping = new AbortController();
    const { signal } = this.stopping;
    const sync = uPlot.sync("compare");
    this.panels = [...this.querySelectorAll("[data-plot]")].map((element) => new Panel(this, element, sync));
    this.atRest = new Map([...this.querySelectorAll("[data-readout]")].map((cell) => [cell, cell.textContent]));
    this.poller = new Poller((abort) => this.#ask(abort), SECONDS, () => this.#failed());
    this.poller.now();
    document.addEventListener("theme:change", () => this.#retheme(), { signal });
    const rows = this.querySelector(".readout tbody");
    const lit = (event) => event.target.closest?.("tr[data-series]")?.dataset.series;
    rows.addEventListener("pointerover", (event) => this.#light(lit(event)), { signal });
    rows.addEventListener("pointerleave", () => this.#light(), { signal });
    rows.addEventListener("focusin", (event) => this.#light(lit(event)), { signal });
    rows.addEventListener("focusout", () => this.#light(), { signal });
    this.resizing = new ResizeObserver(() => this.panels.forEach((panel) => panel.fit()));
    this.resizing.observe(this);
  }

  disconnectedCallback() {
    this.poller.stop();
    this.stopping.abort();
    this.resizing.disconnect();
    this.panels.forEach((panel) => panel.plot?.destroy());
  }

  async #ask(signal) {
    const text = await fetchText(this.dataset.source, signal, { Accept: "application/json" });
    const answer = JSON.parse(text);
    this.dataset.state = answer.open ? "streaming" : "done";
    this.querySelector(".live-note").textContent = "";
    if (text !== this.text) {
      if (this.text) htmx.ajax("GET", location.href, { target: "#results" });
      this.text = text;
      for (const plot of answer.plots) this.panels.find((panel) => panel.name === plot.name)?.show(plot);
    }
    return answer.open;
  }

  #failed() {
    this.dataset.state = this.text ? "stale" : "error";
    this.querySelector(".live-note").textContent = "The curves could not be loaded, trying again";
  }

  /** A place on the axis in words. */
  place(value) {
    if (this.dataset.axis === "seconds") return duration(value);
    return Number.isInteger(value) ? count(value) : "";
  }

  /** Values under the cursor into the table; the last ones when it has left. */
  read(plot) {
    const { left } = plot.cursor;
    const away = left === null || left === undefined || left < 0;
    const at = away ? null : plot.posToVal(left, "x");
    const x = this.dataset.axis === "seconds" ? at : Math.round(at); // what it says is what it reads
    for (const [cell, atRest] of this.atRest) {
      const name = cell.dataset.readout;
      if (away) cell.textContent = atRest;
      else if (name === "x") cell.textContent = this.dataset.axis === "seconds" ? `at ${duration(x)}` : `at ${count(x)}`;
      else {
        const panel = this.panels.find((row) => row.name === name);
        const series = panel.series?.find((row) => row.number === Number(cell.closest("tr").dataset.series));
        const value = series ? valueAt(series.middle, x) : null;
        cell.textContent = value === null ? "–" : panel.write(value);
      }
    }
  }

  #light(number) {
    const lit = number === undefined ? null : Number(number);
    for (const panel of this.panels) {
      if (panel.lit === lit) continue;
      panel.lit = lit;
      panel.redraw();
    }
  }

  #retheme() {
    forgetColours();
    this.panels.forEach((panel) => panel.redraw());
  }
}

customElements.define("compare-plots", ComparePlots);
