// Title and icon tell the progress of a tab in the background; every tenth per cent is announced.

let announced = null;

export function showProgress({ title, state, fraction }) {
  if (title && document.title !== title) document.title = title;
  const value = Number(fraction);
  if (Number.isNaN(value)) return;
  showIcon(value, state);
  announce(value, state);
}

function showIcon(fraction, state) {
  const icon = document.querySelector('link[rel="icon"]');
  if (!icon) return;
  const ring = 2 * Math.PI * 12;
  const colour = state === "running" ? "#2f56d9" : state === "failed" ? "#b3261e" : "#8a5a00";
  const drawing =
    state === "running" || state === "paused"
      ? `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><g fill="none" stroke-width="7"><circle cx="16" cy="16" r="12" stroke="#9aa5b5" stroke-opacity=".45"/><circle cx="16" cy="16" r="12" stroke="${colour}" stroke-dasharray="${ring * fraction} ${ring}" transform="rotate(-90 16 16)"/></g></svg>`
      : null;
  icon.dataset.still ??= icon.href;
  const wanted = drawing ? `data:image/svg+xml,${encodeURIComponent(drawing)}` : icon.dataset.still;
  if (icon.href !== wanted) icon.href = wanted;
}

function announce(fraction, state) {
  const now = `${state} ${Math.floor(fraction * 10)}`;
  const region = document.getElementById("announcement");
  if (region && announced !== null && announced !== now) {
    region.textContent = `${state}, ${Math.floor(fraction * 10) * 10} per cent done`;
  }
  announced = now;
}
