// Of the launch form, only what the chosen strategy reads is shown. Without scripts all of it is, and the server reads the same.
const choice = document.getElementById("id_strategy");

function showChosen() {
  for (const part of document.querySelectorAll("#launch [data-for]")) {
    const place = part.closest(".help") ? part : part.closest(".field");
    place.hidden = !part.dataset.for.split(" ").includes(choice.value);
  }
}

if (choice) {
  choice.addEventListener("change", showChosen);
  showChosen();
}
