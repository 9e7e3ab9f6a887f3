/* Keyboard shortcuts. They are off while the reader types, and together with a modifier key. */

/** Goes to the next visible card, or with `by` -1 to the one before. */
function step(by) {
  const cards = shownCards();
  const at = cards.indexOf(document.activeElement.closest(".card"));
  const below = cards.findIndex((card) => card.getBoundingClientRect().bottom > 80);
  const index = at >= 0 ? at + by : Math.max(0, below);
  goTo(cards[index]);
}

/** Puts the focus on the fold of a card: Enter opens and closes its answer. */
function goTo(card) {
  card?.querySelector("summary").focus({ preventScroll: true });
  card?.scrollIntoView({ block: "center" });
}

/** Goes on with the arrows between the cards that were found, and with Escape back to the search. */
function leaf(key, target) {
  if (!root.classList.contains("searched") || !target.closest(".card")) return false;
  if (key === "Escape") byId("_find").focus();
  else if (key === "ArrowDown") step(1);
  else if (key !== "ArrowUp") return false;
  else if (target.closest(".card") === shownCards()[0]) {
    byId("_find").focus();
  } else step(-1);
  return true;
}

function startKeys() {
  addEventListener("keydown", (event) => {
    const { target } = event;
    // Caps Lock makes no difference.
    const key = event.key.length > 1 ? event.key : event.key.toLowerCase();
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    // If it is held down, it would be typed into the search field that it has opened.
    if (event.repeat && key === "/") return event.preventDefault();
    if (target.closest("[type=search], [type=number], [type=date], textarea") || byId("_keys").open) return;
    // A select element uses letters to find its options.
    if (target.closest("select") && !"/?".includes(key)) return;
    // If it is held down, it would answer one card after another.
    if (event.repeat && Study.isOpen() && (key === "Enter" || key.length === 1)) {
      return event.preventDefault();
    }
    if (key === " " && target.closest("button, summary, a, input")) return;
    let used = true;
    if (key === "?") byId("_keys").showModal();
    else if (Study.isOpen()) used = Study.press(key);
    else if (key === "/") byId("_find").focus();
    else if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
    else used = leaf(key, target);
    if (used) event.preventDefault();
  });
}
