// What every page has: dialogs that links open, files in the page's theme, forms that are sent once, times in the
// reader's own zone.
import { showTimes } from "./times.js";

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog) {
    event.preventDefault(); // without scripts the link leads to the same question on a page of its own
    dialog.showModal();
  }
  const closer = event.target.closest?.("dialog [data-close]");
  if (closer) {
    event.preventDefault();
    closer.closest("dialog").close();
  }
});

// A file that leaves a dark page is dark.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-themed]");
  if (!link) return;
  const chosen = document.documentElement.dataset.theme;
  const theme = chosen ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const address = new URL(link.href);
  address.searchParams.set("theme", theme);
  link.href = address.href;
});

// A second click on a slow connection must not do the thing twice. The server refuses doubles as well.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]") || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "true";
  event.submitter?.setAttribute("aria-busy", "true");
});

// Back brings the page as it was left, with its forms marked as sent.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
});

// Where views stand in one row that scrolls, the open one is seen.
for (const row of document.querySelectorAll(".tabs, .site-nav")) {
  const open = row.querySelector("[aria-current]");
  if (open && row.scrollWidth > row.clientWidth) row.scrollLeft = open.offsetLeft - row.offsetLeft - (row.clientWidth - open.clientWidth) / 2;
}

// Without the server nothing here is fresh: one line says so on every page, until something answers again.
const lost = document.createElement("p");
lost.className = "notice warn offline";
lost.setAttribute("role", "alert");
const tellLost = (text) => {
  if (lost.textContent !== text) lost.textContent = text;
  if (!lost.isConnected) document.querySelector("main").prepend(lost);
};
addEventListener("offline", () => tellLost("You are offline: what stands here is as it was last seen."));
addEventListener("online", () => lost.remove());
document.addEventListener("live:error", () => tellLost("The server does not answer: what stands here is as it was last seen. Trying again."), true);
document.addEventListener("live:page", () => lost.remove(), true);

// What was done fades; what went wrong stays until it is closed. Nothing fades under the pointer or the focus.
const FADES_AFTER_SECONDS = 8;
for (const notice of document.querySelectorAll(".messages .notice")) {
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button quiet";
  close.setAttribute("aria-label", "Close this message");
  close.textContent = "×";
  close.addEventListener("click", () => notice.remove());
  notice.prepend(close);
  if (notice.matches(".err, .warn")) continue;
  const fade = () => {
    if (notice.matches(":hover, :focus-within")) return void setTimeout(fade, 1000);
    notice.classList.add("fading");
    setTimeout(() => notice.remove(), 500);
  };
  setTimeout(fade, FADES_AFTER_SECONDS * 1000);
}

// A list that hangs open over the page closes by Escape or by a click beside it.
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && document.querySelector("details.columns[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.columns[open]")) if (!open.contains(event.target)) open.open = false;
});

document.addEventListener("htmx:after:swap", () => showTimes());
showTimes();
