// Words explained where they stand: hover, focus or tap on a word of the glossary shows its sentence, and the page is
// not left. Without scripts the word is a link to the glossary; so it is for a click that opens a new tab.

const SHOWS_AFTER_MS = 250;
const HIDES_AFTER_MS = 200;

const card = document.createElement("div");
card.className = "word-card";
card.id = "word-card";
card.popover = "manual";
const sentence = document.createElement("p");
sentence.id = "word-meaning";
const more = document.createElement("a");
more.textContent = "In the glossary";
card.append(sentence, more);

let shown = null;
let dismissed = null; // its focus comes back after Escape, and must not explain it again
let timer = 0;

const wordAt = (target) => target.closest?.("a.term[data-meaning]");

function place() {
  const box = shown.getBoundingClientRect();
  const width = card.offsetWidth;
  const left = Math.max(8, Math.min(box.left, innerWidth - width - 8));
  const below = box.bottom + 6;
  const fits = below + card.offsetHeight < innerHeight;
  card.style.left = `${left}px`;
  card.style.top = `${fits ? below : Math.max(8, box.top - card.offsetHeight - 6)}px`;
}

function show(word) {
  clearTimeout(timer);
  if (shown === word) return;
  hide();
  shown = word;
  sentence.textContent = word.dataset.meaning;
  more.href = word.href;
  // After the word, so that the next Tab leads into it; a modal dialog lets nothing outside of itself be used.
  word.after(card);
  word.setAttribute("aria-describedby", sentence.id);
  card.showPopover();
  place();
}

function hide() {
  clearTimeout(timer);
  if (!shown) return;
  shown.removeAttribute("aria-describedby");
  shown = null;
  if (card.isConnected && card.matches(":popover-open")) card.hidePopover();
  card.remove();
}

const later = (act, milliseconds) => {
  clearTimeout(timer);
  timer = setTimeout(act, milliseconds);
};

document.addEventListener("pointerover", (event) => {
  if (event.pointerType === "touch") return;
  const word = wordAt(event.target);
  if (word) later(() => word.isConnected && show(word), SHOWS_AFTER_MS);
  else if (card.contains(event.target)) clearTimeout(timer);
  else if (shown && !shown.contains(document.activeElement) && !card.contains(document.activeElement)) later(hide, HIDES_AFTER_MS);
  else if (!shown) clearTimeout(timer);
});

document.addEventListener("focusin", (event) => {
  const word = wordAt(event.target);
  if (word && word === dismissed) dismissed = null;
  else if (word?.matches(":focus-visible")) show(word);
  else if (shown && word !== shown && !card.contains(event.target)) hide();
});

// A tap or a click explains; with a key held, or the middle button, it opens the glossary as links do.
document.addEventListener("click", (event) => {
  const word = wordAt(event.target);
  if (!word) {
    if (shown && !card.contains(event.target)) hide();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  show(word);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !shown) return;
  event.stopPropagation();
  event.preventDefault(); // a dialog around it stays open
  const word = shown;
  const inside = card.contains(document.activeElement);
  hide();
  if (!inside) return;
  dismissed = word;
  word.focus();
}, true);

addEventListener("scroll", (event) => {
  if (shown && event.target !== card) place();
}, { passive: true, capture: true });
addEventListener("resize", hide);
// A part of the page that is fetched anew takes its words away.
document.addEventListener("htmx:after:swap", () => {
  if (!shown || card.isConnected) return;
  const word = shown;
  hide();
  if (word.isConnected) show(word); // it stands as before, and only what stood after it was taken away
});
