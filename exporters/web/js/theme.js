/* The colour scheme: light, dark, or that of the system. */

const THEME = "deckpress:theme";

/** "light" and "dark" override the system's setting; any other value follows it. */
function showTheme(theme) {
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  else delete root.dataset.theme;
}

function startTheme() {
  const chosen = root.dataset.theme ?? "auto";
  for (const input of document.querySelectorAll(".switch input")) {
    input.checked = input.value === chosen;
    input.addEventListener("change", () => {
      showTheme(input.value);
      keep(THEME, input.value);
    });
  }
}
