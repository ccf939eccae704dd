// Ticked rows of a table: the button of their form can be pressed when the right number is ticked, and says what is missing.

export function followPicks(region) {
  const show = () => {
    const form = region.querySelector("form[data-pick]");
    if (!form) return;
    const wanted = Number(form.dataset.pick);
    const ticked = region.querySelectorAll(`input[form="${form.id}"]:checked`).length;
    form.querySelector("button").disabled = ticked !== wanted;
    const note = form.querySelector("[role=status]");
    const text = ticked === wanted ? "" : ticked < wanted ? `tick ${wanted - ticked} more of the rows above` : `${ticked} are ticked; leave ${wanted}`;
    if (note.textContent !== text) note.textContent = text;
  };
  region.addEventListener("change", show);
  document.addEventListener("htmx:after:swap", show);
  addEventListener("pageshow", show);
  show();
}
