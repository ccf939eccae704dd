import { followRegion } from "./live.js";

const region = document.getElementById("work");
if (region) followRegion(region, () => location.pathname + location.search);
