// What a place of a picture or of a matrix holds, for keys and fingers: a mouse at rest shows the place's title, and the
// line after the region says it of the place that arrow keys walk to or a finger taps. `data-places` marks the region,
// `data-places-said` the line.

const PLACES = "[title], :has(> title)";
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const placesOf = (region) => [...region.querySelectorAll(PLACES)].filter((place) => place.tagName !== "title");
const regionOf = (target) => target.closest?.("[data-places]");

const said = (region) => region.nextElementSibling;

/** Of a matrix its row and its column, then what the place's title says. */
function words(place) {
  const title = place.getAttribute("title") ?? place.querySelector("title").textContent;
  if (!place.matches("td")) return title;
  const heads = [place.closest("tr").cells[0], place.closest("table").tHead?.rows[0].cells[place.cellIndex]];
  return `${heads.filter(Boolean).map((head) => head.textContent.trim()).join(", ")}: ${title}`;
}

function choose(region, place) {
  for (const each of region.querySelectorAll(".chosen-place")) each.classList.remove("chosen-place");
  const line = said(region);
  line.dataset.hint ??= line.textContent;
  if (!place) return void (line.textContent = line.dataset.hint);
  place.classList.add("chosen-place");
  place.scrollIntoView({ block: "nearest", inline: "nearest" });
  const link = place.closest("a[href]") ?? place.querySelector("a[href]");
  if (!link) return void (line.textContent = words(place));
  const open = document.createElement("a");
  open.href = link.getAttribute("href");
  open.textContent = "Open";
  line.replaceChildren(`${words(place)} `, open);
}

const middle = (place) => {
  const box = place.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
};

/** The nearest one that way; what lies aside counts as farther. */
function next(places, from, [right, down]) {
  const [x, y] = middle(from);
  let [best, least] = [null, Infinity];
  for (const place of places) {
    const [dx, dy] = middle(place).map((value, axis) => value - [x, y][axis]);
    const ahead = dx * right + dy * down;
    const far = ahead + 4 * Math.abs(dx * down + dy * right);
    if (place !== from && ahead > 1 && far < least) [best, least] = [place, far];
  }
  return best;
}

document.addEventListener("keydown", (event) => {
  const region = event.target.matches?.("[data-places]") ? event.target : null;
  if (!region || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const places = placesOf(region);
  const here = region.querySelector(".chosen-place");
  if (event.key in WAYS && places.length) choose(region, here ? (next(places, here, WAYS[event.key]) ?? here) : places[0]);
  else if (event.key === "Enter" && here) said(region).querySelector("a")?.click();
  else if (event.key === "Escape" && here) choose(region, null);
  else return;
  event.preventDefault();
});

// A finger first asks; the link beside the answer is what it taps to open.
document.addEventListener("click", (event) => {
  const region = regionOf(event.target);
  const place = region && event.target.closest(PLACES);
  if (!place || !region.contains(place) || event.pointerType !== "touch") return;
  event.preventDefault();
  choose(region, place);
});
