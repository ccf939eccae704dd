// A first visit's tour: five stops on the real pages, each a card beside what it is about. It begins only when asked to,
// and is offered until it was taken or skipped for ever.

const KEY = "tour"; // localStorage: "done" once it was taken or skipped for ever; sessionStorage: the stop that is open
const STOPS = [
  {
    on: "#experiments",
    title: "Every search is an experiment",
    text: "It tries networks one after the other. The quick demo takes a few minutes; New experiment sets everything.",
    next: ["#experiments tr:has(td a[href*='/individuals/']) th a", "#experiments tbody th a"],
  },
  {
    on: "#curves",
    title: "Watch fitness rise",
    text: "Each dot is one network. Drag over the chart to zoom, double click to go back, click a dot to open its network.",
  },
  {
    on: "#population",
    title: "One row for one network",
    text: "Sort by the headings, filter as in params<2M origin:mutation, unfold twins, tick two rows for a diff.",
    next: ["[aria-label='Best network'] a[href*='/individuals/']", "#population a.step"],
  },
  {
    on: "#genotype .tabs",
    title: "Look into a network",
    text: "The cell is drawn level by level: click an edge to see its motif. Once it is trained its fitness stands beside it; Lineage shows every edit since its first ancestor.",
    next: ["a[href$='/edit/']"],
  },
  {
    on: ".canvas, .beginnings section",
    title: "Change it yourself",
    text: "Choose an edge, choose its operation, and see at once what the network costs. Evaluate trains it among the others.",
  },
];
const GAP = 12;
const WITHOUT_SEARCHES = "nav.site-nav a[href$='/editor/']";

const stored = (storage) => {
  try {
    return storage.getItem(KEY);
  } catch {
    return null; // storage may be switched off: the tour is then offered on every visit
  }
};
const store = (storage, value) => {
  try {
    if (value === null) storage.removeItem(KEY);
    else storage.setItem(KEY, value);
  } catch {
    // see above
  }
};

let card = null;
let marked = null;

function clear() {
  card?.remove();
  marked?.classList.remove("tour-mark");
  card = marked = null;
}

function end() {
  store(localStorage, "done");
  store(sessionStorage, null);
  clear();
  for (const offer of document.querySelectorAll("[data-tour-offer]")) offer.hidden = true;
}

function button(text, act, classes = "button") {
  const made = document.createElement("button");
  made.type = "button";
  made.className = classes;
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}

function go(number) {
  store(sessionStorage, String(number));
  const stop = STOPS[number];
  if (document.querySelector(stop.on) && !STOPS[number - 1].next) return void show(number);
  const link = STOPS[number - 1].next.map((way) => document.querySelector(way)).find((found) => found);
  if (link) location.assign(link.href);
  else {
    store(sessionStorage, String(STOPS.length - 1)); // nothing was searched yet: the editor needs no search
    location.assign(document.querySelector(WITHOUT_SEARCHES).href);
  }
}

// The frame comes to the top where it is tall; the card stands below it, or above where it would cover it and fits.
function place() {
  if (!card || !marked) return;
  marked.scrollIntoView({ block: marked.offsetHeight > innerHeight / 2 ? "start" : "center" });
  card.style.top = card.style.bottom = "";
  const [frame, own] = [marked.getBoundingClientRect(), card.getBoundingClientRect()];
  const head = document.querySelector(".sticky-head");
  const free = head && getComputedStyle(head).position === "sticky" ? Math.max(0, head.getBoundingClientRect().bottom) : 0;
  if (frame.bottom <= own.top || frame.top - free < own.height + 2 * GAP) return;
  card.style.top = `${free + GAP}px`;
  card.style.bottom = "auto";
}

function show(number) {
  clear();
  const stop = STOPS[number];
  marked = document.querySelector(stop.on);
  if (!marked) return void store(sessionStorage, null); // the reader went elsewhere: no card follows them
  marked.classList.add("tour-mark");
  card = document.createElement("section");
  card.className = "card tour";
  card.tabIndex = -1;
  card.setAttribute("aria-labelledby", "tour-title");
  const title = document.createElement("h2");
  title.id = "tour-title";
  title.textContent = `${number + 1} of ${STOPS.length} · ${stop.title}`;
  const text = document.createElement("p");
  text.textContent = stop.text;
  const actions = document.createElement("div");
  actions.className = "cluster";
  const last = number === STOPS.length - 1;
  actions.append(button(last ? "Done" : "Next", () => (last ? end() : go(number + 1)), "button primary"), button("Skip for ever", end, "button quiet"));
  card.append(title, text, actions);
  document.body.append(card);
  place();
  card.focus({ preventScroll: true });
  if (document.readyState !== "complete") addEventListener("load", place, { once: true }); // what loads above it moves it
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && card?.contains(document.activeElement)) {
    store(sessionStorage, null);
    clear();
  }
});
document.addEventListener("click", (event) => {
  const asked = event.target.closest?.("[data-tour]");
  if (!asked) return;
  event.preventDefault();
  if (asked.dataset.tour === "never") return void end();
  store(sessionStorage, "0");
  if (document.querySelector(STOPS[0].on)) show(0);
  else location.assign(asked.href);
});

for (const offer of document.querySelectorAll("[data-tour-offer]")) offer.hidden = stored(localStorage) === "done";
const open = stored(sessionStorage);
if (open !== null && STOPS[open]) show(Number(open));
