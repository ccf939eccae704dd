// Every chart as a file: PNG at twice its size, SVG with its colours inside, CSV of what it shows. A button in the head of
// the chart's card offers them; where a card has several charts, each is named.
import { uplotPicture } from "./uplot-picture.js";

const CHARTS = "svg.chart, svg.parallel, svg.lanes, svg.learning, svg.heat, svg.tree, svg.network, [data-plot]";
const KEPT = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "opacity", "fill-opacity",
  "font-size", "font-weight", "font-family", "text-anchor", "paint-order", "display", "visibility"];
const SHARPER = 2;
const LOOKS_AFTER_MS = 300;

const surface = () => getComputedStyle(document.documentElement).getPropertyValue("--surface") && getComputedStyle(document.querySelector(".card") ?? document.body).backgroundColor;

/** A copy that needs no stylesheet: what the browser shows, as attributes. */
function standalone(svg) {
  const copy = svg.cloneNode(true);
  const [from, to] = [svg, copy].map((root) => [root, ...root.querySelectorAll("*")]);
  from.forEach((element, index) => {
    const style = getComputedStyle(element);
    for (const name of KEPT) to[index].setAttribute(name, style.getPropertyValue(name));
    for (const name of ["class", "tabindex"]) to[index].removeAttribute(name);
  });
  for (const link of copy.querySelectorAll("a")) link.removeAttribute("href");
  const box = svg.viewBox.baseVal;
  return framed(copy, box.x, box.y, box.width, box.height);
}

function framed(svg, x, y, width, height) {
  const ground = document.createElementNS(svg.namespaceURI, "rect");
  for (const [name, value] of Object.entries({ x, y, width, height, fill: surface() })) ground.setAttribute(name, value);
  svg.prepend(ground);
  svg.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
  svg.setAttribute("width", width);
  svg.setAttribute("height", height);
  svg.setAttribute("xmlns", svg.namespaceURI);
  return svg;
}

function picture(chart) {
  if (!chart.uplot) return standalone(chart.matches("svg") ? chart : chart.querySelector("svg"));
  const svg = uplotPicture(chart.uplot);
  return framed(svg, 0, 0, Number(svg.getAttribute("width")), Number(svg.getAttribute("height")));
}

const written = (svg) => new XMLSerializer().serializeToString(svg);

function save(content, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

async function painted(svg) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(written(svg))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = SHARPER * Number(svg.getAttribute("width"));
  canvas.height = SHARPER * Number(svg.getAttribute("height"));
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

const field = (value) => (/[",\n]/.test(String(value ?? "")) ? `"${String(value).replaceAll('"', '""')}"` : String(value ?? ""));

/** Of a uPlot its columns, of a chart whose host knows its values those, else the table in the same card. */
function rowsOf(chart, card) {
  if (chart.uplot) {
    const { data, series } = chart.uplot;
    const names = series.map((each, index) => each.label ?? (index ? `series ${index}` : "step"));
    return [names, ...data[0].map((_, row) => data.map((column) => column[row]))];
  }
  const host = chart.closest("pareto-plot, compare-plots");
  if (host?.rows) return host.rows(chart);
  const table = card.querySelector("table");
  return table && [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim().replace(/\s+/g, " ")));
}

function titleOf(chart, card) {
  const before = [...card.querySelectorAll("h2, h3")].filter((each) => each.compareDocumentPosition(chart) & Node.DOCUMENT_POSITION_FOLLOWING);
  return chart.dataset.title ?? before.at(-1)?.textContent.trim() ?? card.getAttribute("aria-label") ?? "Chart";
}

function button(kind, title, act) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "button small";
  element.textContent = kind;
  element.setAttribute("aria-label", `${title} as ${kind}`);
  element.addEventListener("click", act);
  return element;
}

function line(chart, card) {
  const title = titleOf(chart, card);
  const name = `${document.title.split(" · ")[0]}-${title}`.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  const item = document.createElement("p");
  const label = document.createElement("span");
  label.textContent = title;
  item.append(
    label,
    button("PNG", title, async () => save(await painted(picture(chart)), `${name}.png`)),
    button("SVG", title, () => save(new Blob([written(picture(chart))], { type: "image/svg+xml" }), `${name}.svg`)),
  );
  if (rowsOf(chart, card)) {
    const csv = () => rowsOf(chart, card).map((row) => row.map(field).join(",")).join("\r\n");
    item.append(button("CSV", title, () => save(new Blob([`${csv()}\r\n`], { type: "text/csv" }), `${name}.csv`)));
  }
  return item;
}

/** The charts of a card; a place that a script draws in counts once, with what it holds. */
const chartsOf = (card) => [...card.querySelectorAll(CHARTS)].filter((each) => each.checkVisibility() && !each.parentElement.closest("[data-plot]") && (each.uplot || each.matches("svg") || each.querySelector("svg")));

function offer(card) {
  const head = card.querySelector(".panel-head");
  if (!head || head.querySelector(".chart-files")) return;
  const menu = document.createElement("details");
  menu.className = "chart-files";
  const summary = document.createElement("summary");
  summary.className = "button quiet";
  summary.textContent = "Save";
  summary.setAttribute("aria-label", "Save the chart as a file");
  const list = document.createElement("div");
  list.className = "card";
  menu.append(summary, list);
  menu.addEventListener("toggle", () => menu.open && list.replaceChildren(...chartsOf(card).map((chart) => line(chart, card))));
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    summary.focus();
  });
  head.append(menu);
}

function look() {
  for (const chart of document.querySelectorAll(CHARTS)) {
    const card = chart.closest(".card");
    if (card && chartsOf(card).length) offer(card);
  }
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".chart-files[open]")) if (!menu.contains(event.target)) menu.open = false;
});
let timer = 0;
new MutationObserver(() => {
  clearTimeout(timer);
  timer = setTimeout(look, LOOKS_AFTER_MS);
}).observe(document.querySelector("main"), { childList: true, subtree: true });
look();
