/* A card in the study view: a copy of the card on the page that is revealed step by step. */

/** A copy of a card without ids, and without links that would leave the study view or an exam. */
function copyOf(card) {
  unpack(card);
  const copy = card.cloneNode(true);
  for (const element of [copy, ...copy.querySelectorAll("[id]")]) element.removeAttribute("id");
  for (const link of pick("a[href^='#']", copy)) link.removeAttribute("href");
  for (const link of pick("a[href]", copy)) link.target = "_blank";
  for (const button of pick(".copy", copy)) button.remove();
  return copy;
}

/** Hides elements; returns a function that shows them again and returns their text. */
function hide(elements) {
  for (const element of elements) element.hidden = true;
  return () => {
    for (const element of elements) element.hidden = false;
    return elements.map((element) => element.textContent).join(" ");
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

/** Covers an item of a list with a button: an item may contain elements that a button may not. */
function covered(item, index, letter, text) {
  letter.id = `_letter-${index}`;
  text.id = `_option-${index}`;
  const said = { "aria-labelledby": `${letter.id} ${text.id}`, "aria-pressed": "false" };
  const button = make("button", { type: "button", ...said });
  item.prepend(make("div", { class: "option" }, button, letter, text));
  return button;
}

const press = (button, on) => (button.ariaPressed = on);
const isPressed = (button) => button.ariaPressed === "true";

/** Makes the options of a choice clickable, in a new order each time unless theirs means something.
    `check` shows the verdicts and returns whether all answers were right. */
function clickable(sheet, isFixed, answered) {
  const list = sheet.querySelector(".options");
  const letters = Array.from(list.children, (item) => item.querySelector(".letter").textContent);
  if (!isFixed) list.append(...shuffled(list.children));
  const items = [...list.children];
  const isRight = (item) => item.matches(".right-one");
  const many = items.filter(isRight).length > 1;
  const buttons = items.map((item, index) => {
    const [letter, text] = item.children;
    letter.textContent = letters[index];
    const button = covered(item, index, letter, text);
    on(button, "click", () => {
      press(button, !isPressed(button));
      if (!many) answered();
    });
    return button;
  });
  const right = letters.filter((_, index) => isRight(items[index]));
  sheet.querySelector(".key").textContent = word("right-are", { letters: right.join(word("list-comma")) });
  const check = () => items.every((item, index) => isRight(item) === isPressed(buttons[index]));
  return { many, check };
}

/** Lets the learner put steps in order: each click gives a step the next number, or takes it away,
    and a step that is dragged numbers all of them. `check` shows the right order beside the
    learner's and returns whether they are the same; null if the learner gave no numbers. */
function orderable(list) {
  const items = [...list.children];
  let placed = [];
  list.classList.add("options");
  list.append(...shuffled(items));
  const rows = Array.from(list.children, (item, index) => {
    const letter = make("span", { class: "letter" });
    const text = make("div", { class: "text" }, ...item.childNodes);
    const button = covered(item, index, letter, text);
    on(button, "click", () => {
      const others = placed.filter((one) => one !== item);
      place(others.length < placed.length ? others : [...placed, item]);
    });
    text.after(gripOf(item, () => place([...list.children])));
    return { item, button, letter };
  });
  function place(order) {
    placed = order;
    for (const { item, button, letter } of rows) {
      letter.textContent = placed.indexOf(item) + 1 || "";
      press(button, placed.includes(item));
    }
  }
  const check = () => {
    list.append(...items);
    items.forEach((item, index) => {
      if (placed.length > 0) item.classList.add(placed[index] === item ? "right-one" : "wrong-one");
    });
    return placed.length === 0 ? null : items.every((item, index) => placed[index] === item);
  };
  return { many: true, check };
}

/** A grip by which an item is dragged up and down its list. `moved` is called after each move. */
function gripOf(item, moved) {
  const grip = make("span", { class: "grip", "aria-hidden": "true" });
  const middle = (other) => {
    const { top, bottom } = other.getBoundingClientRect();
    return (top + bottom) / 2;
  };
  on(grip, "pointerdown", ({ pointerId }) => grip.setPointerCapture(pointerId));
  on(grip, "pointermove", ({ pointerId, clientY }) => {
    if (!grip.hasPointerCapture(pointerId)) return;
    // The neighbour moves, since an element that is moved lets go of the pointer.
    for (let above; (above = item.previousElementSibling) && clientY < middle(above); moved()) {
      item.after(above);
    }
    for (let below; (below = item.nextElementSibling) && clientY > middle(below); moved()) {
      item.before(below);
    }
  });
  return grip;
}

/** A field for an answer in writing. `compare` says how much of the right one is in it. */
function writable(answer) {
  const field = make("textarea", { rows: "3", "aria-label": word("study-typed") });
  const told = make("p", { class: "cue", role: "status" });
  const tokens = (text) => new Set(plain(text).match(/[a-z0-9]+|[\u3400-\u9fff]/g));
  const compare = () => {
    const typed = tokens(field.value);
    const wanted = [...tokens(answer())];
    field.disabled = true;
    if (typed.size === 0 || wanted.length === 0) return;
    const share = wanted.filter((token) => typed.has(token)).length / wanted.length;
    told.textContent = word("study-compared", { share: percent(share) });
  };
  return { part: make("div", { class: "typed" }, field, told), compare };
}

const cue = (text) => make("p", { class: "cue" }, text);

/** A card as a sheet: `open()` reveals the next piece and returns whether everything is shown;
    `said()` is the text of that piece. With `again`, a reverse card is asked from its answer;
    with `written`, there is a field for an answer in writing. */
function makeSheet(card, { again, written }, answered) {
  const turned = again && card.dataset.kind === "reverse";
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
    answer.before(cue(word("study-order", { count: list.children.length })), list);
    choice = orderable(list);
  }
  if (card.dataset.kind === "choice") {
    choice = clickable(sheet, card.dataset.order === "source", answered);
    const key = choice.many ? "study-choose-all" : "study-choose-one";
    ask.querySelector(".options").before(cue(word(key)));
  }
  if (turned) {
    const given = answer.querySelector(".short");
    sheet.prepend(given, cue(word("reverse-prompt")));
    steps.push(hide(ask ? [question, ask] : [question]));
  }
  const asked = () => (turned ? question : (sheet.querySelector(".short") ?? question)).textContent;
  const typed = written && !choice ? writable(asked) : null;
  if (typed) answer.before(typed.part);
  answer.hidden = true;
  let right = null;
  let said = "";
  function open() {
    if (steps.length > 0) said = steps.shift()();
    if (steps.length > 0) return false;
    for (const button of pick(".option button", sheet)) button.disabled = true;
    if (choice) right = choice.check();
    typed?.compare();
    sheet.classList.add("shown");
    answer.hidden = answer.children.length === 0;
    return true;
  }
  const left = () => steps.length;
  return { element: sheet, open, left, said: () => said, right: () => right, choice };
}
