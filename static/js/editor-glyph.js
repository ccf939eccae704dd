// A motif at a glance, as visualize.drawings.glyphs draws it: its arcs alone. Drawn here, for it follows every edit.
import { make } from "./editor-drag.js";

const WIDTH = 72;
const HEIGHT = 24;
const SIDE = 4;
const ROW = 14; // more room above it, where the longest arcs are
const ABOVE = 12;
const BELOW = 8.5;

function curve(left, right, span, nodes) {
  if (span === 1) return `M${left} ${ROW}H${right}`;
  const longest = nodes - 1;
  const even = span % 2 === 0;
  const height = even ? (-ABOVE * span) / (longest - (longest % 2)) : (BELOW * span) / (longest - ((longest + 1) % 2));
  const lift = ROW + (height * 4) / 3;
  const reach = (right - left) * 0.22;
  return `M${left} ${ROW}C${left + reach} ${lift} ${right - reach} ${lift} ${right} ${ROW}`;
}

/** `rows` of a motif, `choices` of its level. */
export function glyph(rows, choices) {
  const nodes = rows.length + 1;
  const step = (WIDTH - 2 * SIDE) / (nodes - 1);
  const svg = make("svg", { class: "glyph", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
  rows.forEach((row, to) =>
    row.forEach((operation, from) => {
      if (!operation) return;
      const [left, right] = [from, to + 1].map((node) => SIDE + node * step);
      svg.append(make("path", { class: `line ${choices[operation].look}`, d: curve(left, right, to + 1 - from, nodes) }));
    }),
  );
  for (let node = 0; node < nodes; node += 1) svg.append(make("circle", { class: "dot", cx: SIDE + node * step, cy: ROW, r: 1.6 }));
  return svg;
}
