/* The colour scheme: light, dark, or that of the system. */

const THEME = "deckpress:theme";

/** Long lines of code are wrapped, or scrolled if the reader wishes. */
function showCode() {
  root.classList.toggle("scroll-code", recall("deckpress:scroll-code") === "1");
}

// The dark colours stand in the style once, for a system that is dark.
const darkColors = pick("style", document.head)
  .flatMap(({ sheet }) => [...sheet.cssRules])
  .find((rule) => /dark.*--paper/s.test(rule.cssText));

/** "light" and "dark" override the system's setting; any other value follows it. */
function showTheme(theme) {
  const isChosen = theme === "light" || theme === "dark";
  root.style.colorScheme = isChosen ? theme : "";
  const mediaFor = (scheme) =>
    !isChosen ? `screen and (prefers-color-scheme: ${scheme})`
    : scheme === theme ? "screen"
    : "not all";
  darkColors.media.mediaText = mediaFor("dark");
  // The colour of the browser's own bars is stated for each scheme.
  for (const meta of pick("meta[data-scheme]", document.head)) meta.media = mediaFor(meta.dataset.scheme);
}

function startTheme() {
  const chosen = root.style.colorScheme || "auto";
  keepBox("_scroll-code", showCode);
  for (const input of pickAside("[name=theme]")) {
    input.checked = input.value === chosen;
    on(input, "change", () => {
      showTheme(input.value);
      keep(THEME, input.value);
    });
  }
}
