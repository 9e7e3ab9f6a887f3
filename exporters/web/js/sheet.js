/* A card in the study view: a copy of the card on the page that is revealed step by step. */

/** A copy of a card without ids, and without links that would leave the study view or an exam. */
function copyOf(card) {
  const copy = card.cloneNode(true);
  for (const element of [copy, ...copy.querySelectorAll("[id]")]) element.removeAttribute("id");
  for (const link of copy.querySelectorAll("a[href^='#']")) link.removeAttribute("href");
  for (const link of copy.querySelectorAll("a[href]")) link.target = "_blank";
  for (const button of copy.querySelectorAll(".copy")) button.remove();
  return copy;
}

/** A function that shows a hidden element and returns its text. */
function showing(element) {
  return () => {
    element.hidden = false;
    return element.textContent;
  };
}

/** Closes the gaps. Returns functions that open them again in order, gaps of one number together;
    each function returns the revealed text. */
function closeGaps(gaps) {
  const groups = new Map();
  for (const gap of gaps) {
    const open = [...gap.childNodes];
    gap.replaceChildren(gap.dataset.hint || "…");
    gap.classList.add("closed");
    const opening = () => {
      gap.replaceChildren(...open);
      gap.classList.remove("closed");
      return gap.textContent;
    };
    groups.set(gap.dataset.gap, [...(groups.get(gap.dataset.gap) ?? []), opening]);
  }
  return [...groups.values()].map((all) => () => all.map((opening) => opening()).join(" "));
}

/** Covers each option with a button: an option may contain elements that a button may not. `check`
    shows the verdicts and returns whether all answers were right. */
function clickable(sheet, answered) {
  const items = [...sheet.querySelectorAll(".options > li")];
  const many = items.filter((item) => item.matches(".right-one")).length > 1;
  const buttons = items.map((item, index) => {
    const [letter, text] = item.children;
    letter.id = `_letter-${index}`;
    text.id = `_option-${index}`;
    const said = { "aria-labelledby": `${letter.id} ${text.id}`, "aria-pressed": "false" };
    const button = make("button", { type: "button", ...said });
    item.prepend(make("div", { class: "option" }, button, letter, text));
    button.addEventListener("click", () => {
      const chosen = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(chosen));
      if (!many) answered();
    });
    return button;
  });
  const check = () => {
    const chosen = buttons.map((button) => button.getAttribute("aria-pressed") === "true");
    for (const button of buttons) button.disabled = true;
    return items.every((item, index) => item.matches(".right-one") === chosen[index]);
  };
  return { buttons, many, check };
}

/** A card as a sheet: `open()` reveals the next piece and returns whether everything is shown;
    `said()` is the text of that piece. With `turned`, a reverse card is asked from its answer. */
function makeSheet(card, turned, answered) {
  const copy = copyOf(card);
  const question = copy.querySelector("h3");
  const ask = copy.querySelector(".ask");
  const answer = copy.querySelector(".answer");
  const sheet = make("article", { class: "sheet", "data-kind": card.dataset.kind });
  sheet.append(question, ...(ask ? [ask] : []), answer);
  const steps = [];
  let choice = null;
  if (card.dataset.kind === "cloze") {
    // The question may have gaps, and so may the text below it.
    answer.before(...answer.querySelectorAll(".short:has(.gap)"));
    if (question.querySelector(".blank")) question.remove();
    steps.push(...closeGaps(sheet.querySelectorAll(".short .gap")));
  }
  if (card.dataset.kind === "ordered") {
    const list = answer.querySelector(".steps");
    answer.before(list);
    for (const item of list.children) {
      item.hidden = true;
      steps.push(showing(item));
    }
    list.before(make("p", { class: "cue" }, word("ordered-prompt", { count: steps.length })));
  }
  if (card.dataset.kind === "choice") {
    choice = clickable(sheet, answered);
    const cue = word(choice.many ? "study-choose-all" : "study-choose-one");
    ask.append(make("p", { class: "cue" }, cue));
  }
  if (card.dataset.kind === "reverse" && turned) {
    const given = answer.querySelector(".short");
    sheet.prepend(given, make("p", { class: "cue" }, word("reverse-prompt")));
    question.hidden = true;
    steps.push(showing(question));
  }
  answer.hidden = true;
  let right = null;
  let said = "";
  function open() {
    if (steps.length > 0) said = steps.shift()();
    if (steps.length > 0) return false;
    if (choice) right = choice.check();
    sheet.classList.add("shown");
    answer.hidden = answer.children.length === 0;
    return true;
  }
  const left = () => steps.length;
  return { element: sheet, open, left, said: () => said, right: () => right, choice };
}
