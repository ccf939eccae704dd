// The page of a study follows it while it runs.
import { followPage } from "./live.js";

const page = document.getElementById("study");

if (page.dataset.livePage) followPage(page);
