// As visualize.style.formats writes them.

const SCALES = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
];

export const count = (number) => number.toLocaleString("en-US");

export const perCent = (fraction, digits = 2) => `${(100 * fraction).toFixed(digits)}\u00a0%`;

export function magnitude(number) {
  for (const [scale, letter] of SCALES) {
    if (number < scale * (letter === "k" ? 1 : 0.9995)) continue;
    const value = number / scale;
    return `${value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0).replace(/\.0+$/, "")}\u00a0${letter}`;
  }
  return String(Math.round(number));
}
