/* The colour scheme: light, dark, or that of the system. */

const THEME = "deckpress:theme";

const SCROLL = "deckpress:scroll-code";

/** Long lines of code are wrapped, or scrolled if the reader wishes. */
function showCode() {
  root.classList.toggle("scroll-code", recall(SCROLL) === "1");
}

/** "light" and "dark" override the system's setting; any other value follows it. */
function showTheme(theme) {
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  else delete root.dataset.theme;
  // The colour of the browser's own bars is stated for each scheme.
  for (const meta of pick("meta[name=theme-color]")) {
    meta.dataset.scheme ??= meta.media.includes("dark") ? "dark" : "light";
    const { scheme } = meta.dataset;
    const system = `(prefers-color-scheme: ${scheme})`;
    meta.media = !root.dataset.theme ? system : scheme === theme ? "all" : "not all";
  }
}

function startTheme() {
  const chosen = root.dataset.theme ?? "auto";
  const scrolls = byId("_scroll-code");
  scrolls.checked = root.classList.contains("scroll-code");
  scrolls.addEventListener("change", () => {
    keep(SCROLL, scrolls.checked ? "1" : "");
    showCode();
  });
  for (const input of pick(".switch input")) {
    input.checked = input.value === chosen;
    input.addEventListener("change", () => {
      showTheme(input.value);
      keep(THEME, input.value);
    });
  }
}
