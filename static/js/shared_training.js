// The page of a shared training follows it while it trains; at its end the whole page is new.
import { followPage } from "./live.js";

const page = document.getElementById("training");

if (page.dataset.livePage) {
  page.addEventListener("live:page", (event) => {
    if (!event.detail.open) location.reload();
  });
  followPage(page);
}
