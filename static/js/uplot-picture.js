// A uPlot as SVG: it paints on canvas, and a canvas leaves the page as pixels alone.
import { colour, INITIAL, initialWidth, TICK } from "./plot-style.js";

const SVG = "http://www.w3.org/2000/svg";

function made(parent, name, attributes, text) {
  const element = parent.appendChild(document.createElementNS(SVG, name));
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

/** A picture alone has no legend: what a thing is, it says itself. */
const named = (element, name) => made(element, "title", {}, name);

const token = (value, plot, index) => (typeof value === "function" ? value(plot, index) : value);

export function uplotPicture(plot) {
  const svg = document.createElementNS(SVG, "svg");
  const ratio = devicePixelRatio;
  const [left, top, width, height] = ["left", "top", "width", "height"].map((name) => plot.bbox[name] / ratio);
  svg.setAttribute("width", plot.width);
  svg.setAttribute("height", plot.height);
  svg.setAttribute("font-family", getComputedStyle(document.documentElement).fontFamily);
  const x = (value) => left + plot.valToPos(value, "x");
  const y = (value) => top + plot.valToPos(value, "y");
  const initial = initialWidth(plot) / ratio;
  if (initial) named(made(svg, "rect", { x: left, y: top, width: initial, height, fill: colour(INITIAL) }), "initial population");
  axes(svg, plot, { left, top, width, height, x, y });
  plot.series.forEach((series, index) => index && line(svg, plot, series, index, { x, y, left, top, width, height }));
  return svg;
}

function axes(svg, plot, { left, top, width, height, x, y }) {
  const style = { fill: token(plot.axes[0].stroke, plot, 0), "font-size": 12 };
  const grid = { stroke: token(plot.axes[0].grid.stroke, plot, 0), "stroke-width": 1 };
  const written = (axis, index) => axis.values(plot, axis._splits ?? [], index);
  const [across, up] = plot.axes;
  (across._splits ?? []).forEach((value, index) => {
    made(svg, "path", { ...grid, d: `M${x(value)} ${top}V${top + height}` });
    made(svg, "text", { ...style, x: x(value), y: top + height + 16, "text-anchor": "middle" }, written(across, 0)[index]);
  });
  (up._splits ?? []).forEach((value, index) => {
    made(svg, "path", { ...grid, d: `M${left} ${y(value)}H${left + width}` });
    made(svg, "text", { ...style, x: left - 6, y: y(value) + 4, "text-anchor": "end" }, written(up, 1)[index]);
  });
  made(svg, "text", { ...style, x: left + width / 2, y: plot.height - 4, "text-anchor": "middle" }, across.label ?? "");
  made(svg, "text", { ...style, "text-anchor": "middle", transform: `translate(12 ${top + height / 2}) rotate(-90)` }, up.label ?? "");
}

function line(svg, plot, series, index, { x, y, left, top, width, height }) {
  const right = left + width;
  const points = plot.data[0].map((step, row) => [x(step), plot.data[index][row]]).filter(([at, value]) => value !== null && value !== undefined && at >= left - 1 && at <= right + 1);
  if (!points.length) return;
  const places = points.map(([at, value]) => [at.toFixed(1), y(value).toFixed(1)]);
  if (series.ticks) {
    const end = top + height;
    named(made(svg, "path", { d: places.map(([a]) => `M${a} ${end}v-${TICK}`).join(""), stroke: token(series._stroke ?? series.stroke, plot, index), "stroke-width": 1.5, fill: "none" }), series.label);
  } else if (series.points?.show === true || token(series.points?.show, plot, index) === true) {
    const fill = token(series.points.fill, plot, index);
    named(made(svg, "path", { d: places.map(([a, b]) => `M${a} ${b}h0`).join(""), stroke: fill, "stroke-width": series.points.size, "stroke-linecap": "round", fill: "none" }), series.label);
  } else {
    const d = places.map(([a, b], place) => (place === 0 ? `M${a} ${b}` : series.stepped ? `H${a}V${b}` : `L${a} ${b}`)).join("");
    named(made(svg, "path", { d, stroke: token(series._stroke ?? series.stroke, plot, index), "stroke-width": series.width, fill: "none", "stroke-linejoin": "round" }), series.label);
  }
}
