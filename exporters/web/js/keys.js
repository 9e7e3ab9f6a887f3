/* The keyboard. A key means nothing while somebody types, or together with a modifier. */

/** The next card that is shown, or with `by` -1 the one before, counted from where the reader is. */
function step(by) {
  const cards = [...document.querySelectorAll(".card:not([hidden])")];
  const at = cards.indexOf(document.activeElement.closest(".card"));
  const below = cards.findIndex((card) => card.getBoundingClientRect().bottom > 80);
  const index = at >= 0 ? at + by : Math.max(0, below);
  const link = cards[index]?.querySelector(".number");
  link?.focus({ preventScroll: true });
  cards[index]?.scrollIntoView({ block: "center" });
}

function startKeys() {
  addEventListener("keydown", (event) => {
    const { target } = event;
    // With Caps Lock too.
    const key = event.key.length > 1 ? event.key : event.key.toLowerCase();
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    // Held down, it would be typed into the search to which it led.
    if (event.repeat && key === "/") return event.preventDefault();
    if (target.closest("[type=search], [type=number]") || byId("_keys").open) return;
    // A list takes letters for the beginning of what it offers.
    if (target.closest("select") && !"/?".includes(key)) return;
    // A key that is held down would answer card after card.
    if (event.repeat && Study.isOpen() && (key === "Enter" || key.length === 1)) {
      return event.preventDefault();
    }
    if (key === " " && target.closest("button, summary, a, input")) return;
    let used = true;
    if (key === "?") byId("_keys").showModal();
    else if (Study.isOpen()) used = Study.press(key);
    else if (key === "/") byId("_find").focus();
    else if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
    else used = false;
    if (used) event.preventDefault();
  });
}
