/* Colours, by day and by night. */

const THEME = "deckpress:theme";

/** "light" and "dark" stand against the system's choice; anything else follows it. */
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
