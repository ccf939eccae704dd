// How every plot looks. uPlot paints on canvas, so colours are read from the stylesheet whenever it paints.

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

export const font = (pixels, weight = 400) => `${weight} ${pixels}px ${FAMILY}`;

export const axis = (options) => ({
  stroke: () => colour("--muted"),
  font: font(11.5),
  grid: { stroke: () => colour("--grid"), width: 1 },
  ticks: { show: false },
  ...options,
});

export const dots = (token, size) => ({
  paths: () => null,
  points: { show: true, size, width: 0, fill: () => colour(token), stroke: () => colour(token) },
});
