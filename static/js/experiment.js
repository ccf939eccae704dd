import "./live-curves.js";
import { followPage, followRegion } from "./live.js";
import { followPicks } from "./picks.js";

const page = document.getElementById("experiment");
const population = document.getElementById("population");
if (population) followPicks(population);

if (page?.dataset.liveSeconds) {
  const poller = followPage(page);
  // The first page alone grows at the top; further pages are being read.
  const table = followRegion(population, () => {
    const number = new URLSearchParams(location.search).get("page");
    return number === null || number === "1" ? location.pathname + location.search : null;
  });
  page.addEventListener("live:page", async ({ detail }) => {
    if (detail.open) return;
    poller.stop();
    await table.now(); // once more, for what came last
    table.stop();
  });
}
