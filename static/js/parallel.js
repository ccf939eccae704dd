// Parallel coordinates: a drag along an axis becomes a bound in the filter, a line and its row are pointed at together.
// The server draws lines and bounds; the filter's text is the only state.

const LEAST = 5; // pixels: less is a click, which frees the axis
const NEAR = 0.02; // of the axis: so near to its end there is no bound
const panel = document.getElementById("parallel");

/** Pixels of the window to a value of the axis, and back to the drawing's units. */
function scale(axis) {
  const svg = axis.ownerSVGElement;
  const { top, bottom } = svg.dataset;
  const { low, high } = axis.dataset;
  const [unit, first, last] = [svg.getScreenCTM(), Number(top), Number(bottom)];
  const held = (pixels) => Math.min(last, Math.max(first, (pixels - unit.f) / unit.d));
  return { held, value: (place) => Number(low) + ((last - place) / (last - first)) * (Number(high) - Number(low)) };
}

/** Few digits, rounded outwards, so that nothing that was dragged over is lost. */
function written(value, up) {
  if (value === 0) return "0";
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 2);
  return String(Number(((up ? Math.ceil(value / unit) : Math.floor(value / unit)) * unit).toPrecision(4)));
}

function bound(axis, least, most) {
  const field = document.getElementById("parallel-query");
  const { word, low, high } = axis.dataset;
  const kept = field.value.split(/\s+/).filter((term) => term && !term.startsWith(`${word}>=`) && !term.startsWith(`${word}<=`));
  const edge = NEAR * (Number(high) - Number(low));
  if (least !== null && least > Number(low) + edge) kept.push(`${word}>=${written(least, false)}`);
  if (most !== null && most < Number(high) - edge) kept.push(`${word}<=${written(most, true)}`);
  field.value = kept.join(" ");
  field.form.requestSubmit();
}

function drag(event) {
  const grip = event.target.closest?.(".grip");
  if (!grip || event.button) return;
  const axis = grip.parentNode;
  const { held, value } = scale(axis);
  const start = event.clientY;
  const mark = document.createElementNS(grip.namespaceURI, "rect");
  mark.setAttribute("class", "bound");
  for (const name of ["x", "transform", "width"]) mark.setAttribute(name, grip.getAttribute(name));
  axis.insertBefore(mark, grip);
  grip.setPointerCapture(event.pointerId);
  const draw = (move) => {
    const [a, b] = [held(start), held(move.clientY)];
    mark.setAttribute("y", Math.min(a, b));
    mark.setAttribute("height", Math.abs(a - b));
  };
  const end = (up) => {
    grip.removeEventListener("pointermove", draw);
    mark.remove();
    if (up.type === "pointercancel") return;
    const [upper, lower] = [held(start), held(up.clientY)].sort((a, b) => a - b);
    if (Math.abs(up.clientY - start) < LEAST) bound(axis, null, null);
    else bound(axis, value(lower), value(upper));
  };
  grip.addEventListener("pointermove", draw);
  for (const name of ["pointerup", "pointercancel"]) grip.addEventListener(name, end, { once: true });
  event.preventDefault();
}

function point(step) {
  if (step !== undefined && panel.querySelector(`.pointed[data-step="${step}"]`)) return;
  for (const each of panel.querySelectorAll(".pointed")) each.classList.remove("pointed");
  if (step === undefined) return;
  for (const each of panel.querySelectorAll(`[data-step="${step}"]`)) {
    each.classList.add("pointed");
    if (each.tagName === "path") each.parentNode.append(each); // on top of the others
  }
}

panel?.addEventListener("pointerdown", drag);
// Inside a drawing touch-action holds nothing back: a finger on an axis must not scroll the page away.
panel?.addEventListener("touchstart", (event) => event.target.closest?.(".grip") && event.preventDefault(), { passive: false });
// Not pointerover: a page that scrolls under a mouse at rest sends it too, and would undo what the keys chose.
for (const name of ["pointermove", "pointerdown", "focusin"]) panel?.addEventListener(name, (event) => {
  const step = event.target.closest?.("[data-step]")?.dataset.step;
  // With a tap on a row the region around it takes the focus: that points at nothing else.
  if (step !== undefined || name !== "focusin") point(step);
});
// A finger leaves as soon as it is lifted: what it pointed at stays.
panel?.addEventListener("pointerleave", (event) => event.pointerType === "touch" || point());
panel?.addEventListener("click", (event) => {
  const line = event.target.closest?.("path[data-step]");
  if (line) location.assign(line.ownerSVGElement.dataset.individual.replace(/0\/$/, `${line.dataset.step}/`));
});
