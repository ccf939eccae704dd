// The page of one genotype: everything on it works as plain links; this lights what belongs together, keeps the
// selected edge in the address, copies texts, and follows a training that runs.
import { followPage } from "./live.js";

const page = document.getElementById("genotype");

/** The parts of the page that show one motif: its card, and every edge and matrix cell that carries it. */
function showing(motif) {
  const edges = [...page.querySelectorAll(`.edge[data-uses="${motif}"]`)];
  const cells = edges.map((edge) => page.querySelector(`td[data-edge="${edge.id}"]`));
  return [...edges, ...cells, page.querySelector(`.motif-card[data-motif="${motif}"]`)].filter(Boolean);
}

/** What the pointer or the focus is on: a motif, or a single edge. */
function meant(target) {
  const cell = target.closest?.("td[data-edge]");
  const edge = cell ? document.getElementById(cell.dataset.edge) : target.closest?.(".edge");
  if (edge) return edge.dataset.uses ? showing(edge.dataset.uses) : [edge, cell].filter(Boolean);
  const card = target.closest?.(".motif-card");
  return card ? showing(card.dataset.motif) : [];
}

let lit = [];

function light(target) {
  const parts = target ? meant(target) : [];
  if (parts.length === lit.length && parts.every((part, i) => part === lit[i])) return;
  for (const part of lit) {
    part.classList.remove("lit");
    part.closest(".drawing")?.classList.remove("lit");
  }
  lit = parts;
  for (const part of lit) {
    part.classList.add("lit");
    part.closest(".drawing")?.classList.add("lit");
  }
}

// After a jump the pointer rests on whatever was scrolled under it: nobody points at that.
let resting = null;

page.addEventListener("pointerover", (event) => {
  if (resting && Math.hypot(event.screenX - resting.screenX, event.screenY - resting.screenY) < 3) return;
  resting = null;
  light(event.target);
});
page.addEventListener("pointerleave", () => light(null));
page.addEventListener("focusin", (event) => light(event.target));
page.addEventListener("focusout", () => light(null));

/** Mark one edge in drawing and matrix, and say what it carries. */
function select(edge) {
  for (const part of page.querySelectorAll(".selected")) part.classList.remove("selected");
  edge.classList.add("selected");
  page.querySelector(`td[data-edge="${edge.id}"]`)?.classList.add("selected");
  const said = edge.closest(".panel")?.querySelector(".selection");
  const label = edge.querySelector("a")?.getAttribute("aria-label") ?? edge.getAttribute("aria-label");
  if (said && label) said.textContent = `Selected: ${label}`;
}

page.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  const found = link?.closest(".edge")?.id ?? link?.closest("td[data-edge]")?.dataset.edge;
  const edge = found && document.getElementById(found);
  const card = edge && document.getElementById(link.getAttribute("href").slice(1));
  if (!card) return;
  select(edge);
  light(null);
  resting = event;
  // The browser goes to the card by itself; then the address learns which edge led there.
  setTimeout(() => {
    const address = new URL(location.href);
    address.searchParams.set("edge", edge.id);
    history.replaceState(history.state, "", address);
    card.focus({ preventScroll: true });
  });
});

page.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  const said = document.getElementById("copied");
  try {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = "Copied";
    said.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 1500);
  } catch {
    getSelection().selectAllChildren(source); // no permission: the text is selected, Ctrl+C is left to the person
    said.textContent = "Selected: copy it with the keyboard";
  }
});

// A menu of plain links in <details>: closes on Escape and on a click elsewhere.
const downloads = page.querySelector(".downloads");
document.addEventListener("click", (event) => {
  if (downloads.open && !downloads.contains(event.target)) downloads.open = false;
});
downloads.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !downloads.open) return;
  downloads.open = false;
  downloads.querySelector("summary").focus();
});

if (page.dataset.livePage) {
  followPage(page);
  page.addEventListener("live:page", ({ detail }) => {
    if (!detail.open) delete page.dataset.livePage;
  });
}
