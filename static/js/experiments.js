import { followRegion } from "./live.js";

const region = document.getElementById("experiments");
if (region?.dataset.liveSeconds) followRegion(region, () => location.pathname + location.search);
