// Runs in head, before anything is painted: no flash of the other theme. A classic script, because modules are deferred.
(() => {
  const root = document.documentElement;
  const stored = () => {
    try {
      return localStorage.getItem("theme") ?? "auto";
    } catch {
      return "auto"; // storage may be switched off
    }
  };

  const apply = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
    for (const choice of document.querySelectorAll("[data-theme-choice]")) {
      choice.setAttribute("aria-checked", String(choice.dataset.themeChoice === theme));
    }
    document.dispatchEvent(new CustomEvent("theme:change"));
  };

  root.dataset.scripted = "";
  apply(stored());

  document.addEventListener("DOMContentLoaded", () => apply(stored()));
  document.addEventListener("click", (event) => {
    const choice = event.target.closest?.("[data-theme-choice]");
    if (!choice) return;
    try {
      localStorage.setItem("theme", choice.dataset.themeChoice);
    } catch {
      // the choice then holds for this page only
    }
    apply(choice.dataset.themeChoice);
    choice.closest("[popover]")?.hidePopover();
  });
  addEventListener("storage", (event) => event.key === "theme" && apply(stored())); // another tab chose
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => apply(stored()));
})();
