// Parts of a page that follow what happens: fetched as HTML, morphed in place so that focus, selection and
// animations stay.
import { Poller, fetchText } from "./polling.js";
import { showProgress } from "./tab.js";

const FRAGMENT = { "HX-Request": "true" };

const morph = (target, text) => htmx.swap({ target, text, swap: "innerMorph", sourceElement: target });

/** Someone is at work here: what is under their hands must not move. */
export function inUse(element) {
  const selection = getSelection();
  const selecting = selection && !selection.isCollapsed && element.contains(selection.anchorNode);
  return selecting || element.matches(":hover") || element.contains(document.activeElement);
}

/** Follow the parts `[data-live-part]` of a page by their ids. The answer without data-live ends it. */
export function followPage(page) {
  const ask = async (signal) => {
    const answer = new DOMParser().parseFromString(await fetchText(page.dataset.livePage, signal, FRAGMENT), "text/html");
    for (const part of page.querySelectorAll("[data-live-part]")) {
      const fresh = answer.getElementById(part.id);
      if (fresh) await morph(part, fresh.innerHTML);
    }
    const status = answer.querySelector("[data-title]");
    if (status) showProgress(status.dataset);
    page.dispatchEvent(new CustomEvent("live:page", { detail: { open: status?.dataset.open === "true" } }));
    return status?.dataset.open === "true";
  };
  const poller = new Poller(ask, Number(page.dataset.liveSeconds), (error, failures) => {
    page.dispatchEvent(new CustomEvent("live:error", { detail: { error, failures } }));
  });
  poller.start();
  return poller;
}

/** Refresh a region with the page's own address while nobody uses it. `address()` null: not now. */
export function followRegion(region, address) {
  const ask = async (signal) => {
    const url = address();
    if (url === null || inUse(region)) return true;
    const text = await fetchText(url, signal, FRAGMENT);
    // Meanwhile someone may have turned the page or taken hold of it.
    if (url === address() && !inUse(region)) await morph(region, text);
    return true;
  };
  const poller = new Poller(ask, Number(region.dataset.liveSeconds));
  poller.start();
  return poller;
}
