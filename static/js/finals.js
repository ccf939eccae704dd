// The page of a final evaluation follows it while it trains.
import { followPage } from "./live.js";

const page = document.getElementById("final");

if (page.dataset.livePage) followPage(page);
