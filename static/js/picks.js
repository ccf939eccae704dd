// Ticked rows: a button of their form can be pressed when as many are ticked as it takes; what is missing is said.

export function followPicks(region) {
  const hints = new WeakMap();
  const show = () => {
    const form = document.getElementById("pick");
    if (!form) return;
    const ticked = region.querySelectorAll(`input[form="${form.id}"]:checked`).length;
    const buttons = [...form.querySelectorAll("button")];
    for (const button of buttons) button.disabled = ticked < button.dataset.least || ticked > button.dataset.most;
    const note = form.querySelector("[role=status]");
    if (!hints.has(note)) hints.set(note, note.textContent);
    const most = Math.max(...buttons.map(({ dataset }) => Number(dataset.most)));
    const text = ticked > most ? `${ticked} are ticked; leave ${most}` : ticked > 1 ? `${ticked} ticked` : ticked ? "tick at least one more" : hints.get(note);
    if (note.textContent !== text) note.textContent = text;
  };
  region.addEventListener("change", show);
  document.addEventListener("htmx:after:swap", show);
  addEventListener("pageshow", show);
  show();
}
