// From node to node, by mouse, pen or finger, in either direction.

const SVG = "http://www.w3.org/2000/svg";
const NEAR = 34; // units: how close to a node's centre a drag must end

/** A shape of an SVG. */
export function make(name, attributes = {}) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** `nodes`: number -> {group, x, y}. Tells `aim(pair, on)` while under way and `drop(pair)` at the end. */
export function dragBetween(svg, nodes, { aim, drop }) {
  let drag = null;

  const pair = (to) => ({ from: Math.min(drag.from, to), to: Math.max(drag.from, to) });

  const aimAt = (number) => {
    if (drag.aim === number) return;
    const marked = (to, on) => {
      if (to === null) return;
      nodes.get(to).group.classList.toggle("aimed", on);
      aim(pair(to), on);
    };
    marked(drag.aim, false);
    marked(number, true);
    drag.aim = number;
  };

  const nearest = (x, y) => {
    let best = null;
    let least = NEAR;
    for (const [number, node] of nodes) {
      const distance = Math.hypot(node.x - x, node.y - y);
      if (distance < least) [best, least] = [number, distance];
    }
    return best === drag.from ? null : best;
  };

  const stop = () => {
    if (!drag) return;
    aimAt(null);
    drag.trace.remove();
    nodes.get(drag.from).group.classList.remove("from");
    svg.classList.remove("dragging");
    drag = null;
  };

  svg.addEventListener("pointerdown", (event) => {
    const group = event.target.closest(".node");
    if (!group || event.button || drag) return;
    const trace = make("path", { class: "trace" });
    svg.append(trace);
    svg.setPointerCapture(event.pointerId);
    svg.classList.add("dragging");
    group.classList.add("from");
    drag = { from: Number(group.id.split("-n")[1]), trace, aim: null, pointer: event.pointerId };
    event.preventDefault();
  });

  svg.addEventListener("pointermove", (event) => {
    if (drag?.pointer !== event.pointerId) return;
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const start = nodes.get(drag.from);
    drag.trace.setAttribute("d", `M${start.x} ${start.y}L${x} ${y}`);
    aimAt(nearest(x, y));
  });

  svg.addEventListener("pointerup", (event) => {
    if (drag?.pointer !== event.pointerId) return;
    const found = drag.aim === null ? null : pair(drag.aim);
    stop();
    // Later, for this very event would close a menu that it opened.
    if (found) setTimeout(() => drop(found));
  });

  svg.addEventListener("pointercancel", stop);
  document.addEventListener("keydown", (event) => event.key === "Escape" && stop());
}
