// The sheet's button prints it: browsers save as PDF from there.
const button = document.getElementById("print");

button.hidden = false;
button.addEventListener("click", () => window.print());
