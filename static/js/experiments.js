import { followRegion } from "./live.js";
import { Selection } from "./selection.js";

const region = document.getElementById("experiments");
const form = document.getElementById("selection");
const selection = form && new Selection(region, form);
// Under ticked rows nothing moves.
if (region?.dataset.liveSeconds) followRegion(region, () => (selection?.size ? null : location.pathname + location.search));

// The filter keeps the order that a heading has chosen.
document.addEventListener("htmx:after:swap", () => {
  const sort = document.querySelector(".filters [name=sort]");
  if (sort) sort.value = new URLSearchParams(location.search).get("sort") ?? "";
});
