// How every plot looks. uPlot paints on canvas, so colours are read from the stylesheet whenever it paints.

export const TICK = 9; // pixels: a failure's
export const INITIAL = "--surface-2"; // behind the initial population

const probe = document.createElement("span");
probe.hidden = true;
const resolved = new Map();

/** A token's colour as the browser resolves it: light-dark() means nothing to a canvas. */
export function colour(token) {
  if (!probe.isConnected) document.body.append(probe);
  if (!resolved.has(token)) {
    probe.style.color = `var(${token})`;
    resolved.set(token, getComputedStyle(probe).color);
  }
  return resolved.get(token);
}

/** The same, with an opacity. */
export const tinted = (token, opacity) => colour(token).replace(/^rgb\((.*)\)$/, `rgba($1, ${opacity})`);

/** After a change of theme every colour is another. */
export const forgetColours = () => resolved.clear();

const FAMILY = getComputedStyle(document.documentElement).fontFamily;

/** uPlot scales fonts for screens of high resolution by whole pixels alone: of "11.5px" it would read the 5. */
export const font = (pixels, weight = 400) => `${weight} ${Math.round(pixels)}px ${FAMILY}`;

export const axis = (options) => ({
  stroke: () => colour("--muted"),
  font: font(12),
  grid: { stroke: () => colour("--grid"), width: 1 },
  ticks: { show: false },
  ...options,
});

/** What an axis tells, beside its numbers. */
export const title = (text) => ({ label: text, labelSize: 18, labelGap: 0, labelFont: font(12) });

export const dots = (token, size) => ({
  paths: () => null,
  points: { show: true, size, width: 0, fill: () => colour(token), stroke: () => colour(token) },
});

/** Pixels of the canvas that the initial population takes of what is shown: up to the middle before the next step. */
export function initialWidth(plot) {
  const { left, width } = plot.bbox;
  return plot.initial ? Math.max(0, Math.min(plot.valToPos(plot.initial - 0.5, "x", true) - left, width)) : 0;
}
