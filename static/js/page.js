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

document.addEventListener("htmx:after:swap", () => showTimes());
showTimes();
