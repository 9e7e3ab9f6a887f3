/* Unfolding answers, and leading to them. */

function unfoldAll(open) {
  for (const answer of document.querySelectorAll(".card:not([hidden]) > details")) {
    answer.open = open;
  }
}

/** Brings what `hash` names into view, and opens the card that it is, or is in. */
function reveal(hash) {
  const target = byId(hash.slice(1));
  if (!target) return;
  if (target.closest("[hidden]")) clearFind();
  const card = target.closest(".card");
  if (card) card.querySelector("details").open = true;
  card?.querySelector(".number").focus({ preventScroll: true });
  target.scrollIntoView();
  // Cards that come near are laid out only now, and may push the target away again.
  requestAnimationFrame(() => requestAnimationFrame(() => target.scrollIntoView()));
}

function startUnfolding() {
  for (const button of document.querySelectorAll("[data-unfold]")) {
    button.addEventListener("click", () => unfoldAll(button.dataset.unfold === "true"));
  }
  addEventListener("hashchange", () => reveal(location.hash));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    // A second click on the same link changes no address, and should still lead there.
    if (link && link.hash === location.hash) reveal(link.hash);
    if (link) byId("_panel").hidePopover?.();
    const question = event.target.closest("h3");
    if (!question || event.target.closest("a") || getSelection().toString()) return;
    const answer = question.closest(".card")?.querySelector("details");
    if (answer) answer.open = !answer.open;
  });
  // A box that scrolls has to be reachable by keyboard. Only an open one can be measured.
  document.addEventListener("toggle", (event) => reachScrolling(event.target), true);
}

/** Measures the boxes that are shown: to measure a folded one costs the layout of all. */
function reachScrolling(part) {
  const shown = [...part.querySelectorAll(".table, .formula")].filter(
    (box) => !box.closest("details:not([open])"),
  );
  const wide = shown.filter((box) => box.scrollWidth > box.clientWidth);
  for (const box of wide) box.tabIndex = 0;
}
