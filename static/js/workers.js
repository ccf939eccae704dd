import { followRegion } from "./live.js";

const region = document.getElementById("work");
if (region) followRegion(region, () => location.pathname + location.search);

// The latest trainings stand at the right end of a picture that is wider than the screen.
const lanes = document.querySelector(".lanes-wrap");
if (lanes) lanes.scrollLeft = lanes.scrollWidth;
