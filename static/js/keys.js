// Jump and keys: / or Ctrl-K finds anything, j k go along rows, [ ] to the previous and next, e edits, ? lists them all.
// Single keys can be switched off in the list, for those whose speech or hands press them unasked.

const STORED = "single-keys";
const dialog = document.getElementById("jump-dialog");
const list = document.getElementById("keys-dialog");

const stored = () => {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true; // storage may be switched off
  }
};
let single = stored();

function jump() {
  if (!dialog || dialog.open) return;
  list.close();
  dialog.showModal();
  const field = dialog.querySelector("input[type=search]");
  field.select();
  htmx.trigger(field.form, "jump:open");
}

function keys() {
  if (!list || list.open) return;
  dialog.close();
  list.querySelector("#single-keys").checked = single;
  list.showModal();
}

/** The link of each row that leads where the row is about. */
function rows() {
  const table = [...document.querySelectorAll("main table tbody")].find((body) => body.checkVisibility() && body.querySelector("tr a"));
  return table ? [...table.rows].map((row) => row.querySelector("th a, a.step, a.mono, a")).filter((link) => link) : [];
}

function along(stride) {
  const links = rows();
  if (!links.length) return false;
  const here = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  const next = links[here < 0 ? (stride > 0 ? 0 : links.length - 1) : Math.max(0, Math.min(links.length - 1, here + stride))];
  next.classList.add("row-focus");
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function follow(selector) {
  const link = document.querySelector(`main ${selector}`);
  link?.click();
  return Boolean(link);
}

/** Tick the row that has the focus. */
function tick() {
  const box = document.activeElement?.closest("tr")?.querySelector("input[type=checkbox]");
  box?.click();
  return box;
}

const ACTS = {
  "/": () => (jump(), true),
  "?": () => (keys(), true),
  j: () => along(1),
  k: () => along(-1),
  "[": () => follow("a[rel=prev]"),
  "]": () => follow("a[rel=next]"),
  e: () => follow("a[href$='/edit/']"),
  x: () => tick(),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    jump();
    return;
  }
  if (!single || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.("input, select, textarea, [contenteditable], dialog, [popover], [role=menu]")) return;
  if (ACTS[event.key]?.()) event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-jump]") && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    jump();
  } else if (event.target.closest?.("[data-keys]")) keys();
  else if (event.target === dialog || event.target === list) event.target.close(); // a click beside it, on the backdrop
});

list?.querySelector("#single-keys").addEventListener("change", (event) => {
  single = event.target.checked;
  try {
    localStorage.setItem(STORED, single ? "on" : "off");
  } catch {
    // it then holds for this page only
  }
});

/** Whether what is listed answers this text: who types faster is led to the page of the results. */
const isFor = (text) => document.querySelector("#jump-results [data-query]")?.dataset.query === text;

// Down from the field into the hits and up again; Enter in the field opens the first.
dialog?.addEventListener("keydown", (event) => {
  const hits = [...dialog.querySelectorAll(".hit")];
  const field = dialog.querySelector("input[type=search]");
  const here = hits.indexOf(document.activeElement);
  if (event.key === "ArrowDown") hits[Math.min(hits.length - 1, here + 1)]?.focus();
  else if (event.key === "ArrowUp" && here >= 0) (hits[here - 1] ?? field).focus();
  else if (event.key === "Enter" && document.activeElement === field && hits.length && isFor(field.value)) hits[0].click();
  else return;
  event.preventDefault();
});
