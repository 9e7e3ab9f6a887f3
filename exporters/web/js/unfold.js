/* Unfolds answers, and shows the target of a link. */

function unfoldAll(open) {
  for (const card of shownCards()) card.querySelector("details").open = open;
}

/** Scrolls to the target of `hash`, and opens the card that it is or is in. */
function reveal(hash) {
  const id = hash.slice(1);
  // A place in an answer that is not unpacked yet.
  if (!byId(id)) unpackAll();
  const target = byId(id);
  if (!target) return;
  if (target.closest("[hidden]")) clearFind();
  const card = target.closest(".card");
  if (card) card.querySelector("details").open = true;
  card?.querySelector(".number").focus({ preventScroll: true });
  target.scrollIntoView();
  // Cards near the target are laid out only now, and may move the target out of view again.
  requestAnimationFrame(() => requestAnimationFrame(() => target.scrollIntoView()));
}

/** Closes the answer of the card whose number `link` is. Returns whether it was open. */
function shut(link) {
  const answer = link.matches(".number") && link.closest(".card").querySelector("details");
  if (!answer || !answer.open) return false;
  answer.open = false;
  return true;
}

function startUnfolding() {
  for (const button of pickAside("[data-unfold]")) {
    on(button, "click", () => unfoldAll(button.dataset.unfold === "true"));
  }
  addEventListener("hashchange", () => reveal(location.hash));
  on(document, "click", (event) => {
    const link = event.target.closest("a[href^='#']");
    // A second click on the same link does not change the address, but should still scroll. On the
    // number of an open card, it closes the answer.
    if (link && link.hash === location.hash && !shut(link)) reveal(link.hash);
    if (link) byId("_panel").hidePopover?.();
    const question = event.target.closest("h3");
    if (!question || event.target.closest("a") || getSelection().toString()) return;
    const answer = question.closest(".card")?.querySelector("details");
    if (answer) answer.open = !answer.open;
  });
  // A scrollable box must be reachable by keyboard. It can be measured only when it is visible:
  // when it is unfolded, or when the browser lays out the card around it.
  const seen = ({ target }) => {
    unpackSeen(target);
    reachScrolling(target);
  };
  on(document, "toggle", seen, true);
  const laidOut = (event) => event.skipped || seen(event);
  on(document, "contentvisibilityautostatechange", laidOut, true);
  addEventListener("beforeprint", unpackAll);
  addEventListener("resize", () => reachScrolling(document.body));
}

// The parts of the page whose wide boxes are to be made reachable at the next frame.
const unmeasured = new Set();

/** Makes the wide boxes of `part` reachable and its code copyable, if they are visible, after the
    next frame: before it, a new page does not know what is in sight. All boxes are measured before
    any of them is changed: a change between two measurements costs a layout. */
function reachScrolling(part) {
  if (unmeasured.size === 0) requestAnimationFrame(() => requestAnimationFrame(measure));
  unmeasured.add(part);
}

function measure() {
  const boxes = [...unmeasured]
    .flatMap((part) => pick(".table, .formula, pre", part))
    .filter((box) => box.checkVisibility({ contentVisibilityAuto: true }));
  unmeasured.clear();
  const wide = boxes.filter((box) => box.scrollWidth > box.clientWidth);
  for (const box of wide) box.tabIndex = 0;
  for (const { parentElement: box } of boxes) if (box.matches("main .code:not(:has(.copy))")) offerCopy(box);
}
