// The whole network: zoom and pan, and layers that open without leaving the picture. What is open is the address's.

const MOST_ZOOM = 4; // pixels for a unit of the drawing
const STEP = 60; // pixels of an arrow key
const section = document.getElementById("network");
let view = null; // {x, y, scale}: the drawing's point at the upper left, and pixels for a unit
let asking = null;

const wrap = () => section.querySelector(".network-wrap");
const drawing = () => section.querySelector("svg.network");

function bounds() {
  const [width, height] = ["width", "height"].map((name) => Number(drawing().getAttribute(name)));
  return { x: -10, y: -10, width, height };
}

function fit() {
  const { width, height } = bounds();
  const { clientWidth, clientHeight } = wrap();
  const scale = Math.min(1, clientWidth / width, Math.max(clientHeight / height, 0.35));
  view = { x: -10 - (clientWidth / scale - width) / 2, y: -10, scale };
  show();
}

function show() {
  const { clientWidth, clientHeight } = wrap();
  const [width, height] = [clientWidth / view.scale, clientHeight / view.scale];
  drawing().setAttribute("viewBox", `${view.x} ${view.y} ${width} ${height}`);
}

/** Around a place of the window, which stays where it is. */
function zoom(factor, clientX, clientY) {
  const box = wrap().getBoundingClientRect();
  const [left, top] = [(clientX ?? box.x + box.width / 2) - box.x, (clientY ?? box.y + box.height / 2) - box.y];
  const scale = Math.min(MOST_ZOOM, Math.max(0.05, view.scale * factor));
  view = { x: view.x + left / view.scale - left / scale, y: view.y + top / view.scale - top / scale, scale };
  show();
}

function pan(x, y) {
  view = { ...view, x: view.x - x / view.scale, y: view.y - y / view.scale };
  show();
}

function live() {
  if (!drawing()) return;
  wrap().classList.add("live");
  if (view) show();
  else fit();
  stop(section.querySelector(".box.chosen") ?? section.querySelector(".box"));
}

const link = (box) => box?.querySelector("a");

/** The one box that Tab leads to; arrows go on from it. */
function stop(box) {
  for (const other of section.querySelectorAll(".box a[tabindex='0']")) other.tabIndex = -1;
  if (box) link(box).tabIndex = 0;
}

/** To a box, which the picture then shows. */
function walk(box) {
  stop(box);
  link(box).focus({ preventScroll: true });
  const [inner, outer] = [link(box).getBoundingClientRect(), wrap().getBoundingClientRect()];
  const off = (low, high, from, to) => (low < from ? from - low + STEP : high > to ? to - high - STEP : 0);
  pan(off(inner.left, inner.right, outer.left, outer.right), off(inner.top, inner.bottom, outer.top, outer.bottom));
}

/** What had the focus has it again in the fresh part: a box, a field, or a link that leads to the same layer. */
function refocus(had) {
  if (!had) return;
  const box = had.closest(".box")?.dataset.box;
  if (box !== undefined) return walk(section.querySelector(`[data-box="${CSS.escape(box)}"]`) ?? section.querySelector(".box"));
  const same = had.id ? [document.getElementById(had.id)] : [...section.querySelectorAll("a[data-network]")].filter((other) => other.textContent === had.textContent);
  same[0]?.focus({ preventScroll: true });
}

/** The state of another address into this page; the address is kept, so that it can be shared and survives a reload. */
async function open(address, keep) {
  asking?.abort();
  asking = new AbortController();
  let had = null;
  const url = new URL(address, location.href);
  const asked = new URL(url);
  asked.searchParams.set("part", "1");
  try {
    const answer = await fetch(asked, { signal: asking.signal });
    if (!answer.ok) return location.assign(url);
    const text = await answer.text();
    had = section.contains(document.activeElement) ? document.activeElement : null;
    section.innerHTML = text;
  } catch (error) {
    if (error.name !== "AbortError") location.assign(url);
    return;
  }
  history.replaceState(history.state, "", url);
  if (!keep) view = null;
  live();
  refocus(had);
}

section.addEventListener("click", (event) => {
  const target = event.target.closest("[data-network]");
  if (event.target.closest("[data-zoom]")) {
    const { zoom: factor } = event.target.closest("[data-zoom]").dataset;
    if (factor === "fit") fit();
    else zoom(Number(factor));
  } else if (target && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    if (!dragged || !event.detail) open(target.getAttribute("href"), !target.closest(".switch"));
  }
});

section.addEventListener("submit", (event) => {
  event.preventDefault();
  open(`?${new URLSearchParams(new FormData(event.target))}`, true);
});

section.addEventListener("wheel", (event) => {
  if (!event.ctrlKey || !event.target.closest(".network-wrap")) return; // the wheel alone scrolls the page
  event.preventDefault();
  zoom(Math.exp(-event.deltaY / 300), event.clientX, event.clientY);
}, { passive: false });

const pressed = new Map();
let dragged = false;
section.addEventListener("pointerdown", (event) => {
  if (!pressed.size) dragged = false; // wherever: a click beside the picture ends no drag of it
  if (!event.target.closest(".network-wrap") || event.button) return;
  pressed.set(event.pointerId, [event.clientX, event.clientY]);
});
addEventListener("pointermove", (event) => {
  const before = pressed.get(event.pointerId);
  if (!before) return;
  const now = [event.clientX, event.clientY];
  if (!dragged && Math.hypot(now[0] - before[0], now[1] - before[1]) < 4) return;
  dragged = true;
  wrap().classList.add("dragging");
  if (pressed.size === 2) {
    const [other] = [...pressed].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    const spread = (place) => Math.hypot(place[0] - other[0], place[1] - other[1]) || 1;
    zoom(spread(now) / spread(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
  } else pan(now[0] - before[0], now[1] - before[1]);
  pressed.set(event.pointerId, now);
});
for (const name of ["pointerup", "pointercancel"]) addEventListener(name, (event) => {
  pressed.delete(event.pointerId);
  if (!pressed.size) wrap()?.classList.remove("dragging");
});

const ARROWS = { ArrowLeft: [STEP, 0], ArrowRight: [-STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] };
section.addEventListener("keydown", (event) => {
  const box = event.target.closest(".box");
  if (!box || event.ctrlKey || event.metaKey || event.altKey) return;
  const boxes = [...section.querySelectorAll(".box")];
  const stride = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, Home: -boxes.length, End: boxes.length }[event.key];
  if (stride) walk(boxes[Math.min(boxes.length - 1, Math.max(0, boxes.indexOf(box) + stride))]);
  else if (event.key === " ") open(box.querySelector(".toggle")?.getAttribute("href") ?? link(box).getAttribute("href"), true);
  else return;
  event.preventDefault();
});
section.addEventListener("keydown", (event) => {
  if (!event.target.classList.contains("network-wrap") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key in ARROWS) pan(...ARROWS[event.key]);
  else if (event.key === "+" || event.key === "=") zoom(1.25);
  else if (event.key === "-") zoom(0.8);
  else if (event.key === "0") fit();
  else return;
  event.preventDefault();
});

new ResizeObserver(() => view && drawing() && show()).observe(section);
live();
