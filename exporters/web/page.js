"use strict";
/* What the page can do beyond reading. Without this script every card is still there to read.
   Whatever needs the script is hidden in the page, or made here. */

const root = document.documentElement;
const THEME = "deckpress:theme";

/** What was kept under `key`; nothing where the browser keeps nothing for a page. */
function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // The choice then holds until the page is left.
  }
}

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

function say(text) {
  document.getElementById("_status").textContent = text;
}

/* Finding */

/** Text as it is compared: full-width and half-width, upper and lower case are the same. */
function plain(text) {
  return text.normalize("NFKC").toLowerCase();
}

/** What a card says, without the words that every card has. */
const SAID = "h3, .labels, .ask > :not(ol), .options .text, .answer > :not(.part, .key), .part > .text";

function textOf(card) {
  return plain(Array.from(card.querySelectorAll(SAID), (part) => part.textContent).join(" "));
}

function startFind() {
  const input = document.getElementById("_find");
  const status = document.getElementById("_status");
  const cards = [...document.querySelectorAll(".card")];
  let texts = null;
  const prepare = () => (texts ??= cards.map(textOf));
  input.addEventListener("focus", prepare, { once: true });
  input.addEventListener("input", () => {
    prepare();
    const words = plain(input.value).split(/\s+/).filter(Boolean);
    let count = 0;
    cards.forEach((card, index) => {
      card.hidden = !words.every((word) => texts[index].includes(word));
      if (!card.hidden) count += 1;
    });
    for (const section of document.querySelectorAll("main > section")) {
      section.hidden = words.length > 0 && !section.querySelector(".card:not([hidden])");
    }
    const { found, none } = status.dataset;
    say(words.length === 0 ? "" : count === 0 ? none : found.replace("{count}", count));
  });
}

function clearFind() {
  const input = document.getElementById("_find");
  input.value = "";
  input.dispatchEvent(new Event("input"));
}

/* Unfolding */

function unfoldAll(open) {
  for (const answer of document.querySelectorAll(".card:not([hidden]) > details")) {
    answer.open = open;
  }
}

/** Brings what `hash` names into view, and opens the card that it is, or is in. */
function reveal(hash) {
  const target = document.getElementById(hash.slice(1));
  if (!target) return;
  if (target.closest("[hidden]")) clearFind();
  const card = target.closest(".card");
  if (card) card.querySelector("details").open = true;
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
    if (link) document.getElementById("_panel").hidePopover?.();
    const question = event.target.closest("h3");
    if (!question || event.target.closest("a") || getSelection().toString()) return;
    const answer = question.closest(".card").querySelector("details");
    answer.open = !answer.open;
  });
  // A box that scrolls has to be reachable by keyboard. Only an open one can be measured.
  document.addEventListener("toggle", (event) => reachScrolling(event.target), true);
}

function reachScrolling(part) {
  for (const box of part.querySelectorAll(".table, .formula")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }
}

/* Copying */

function startCopying() {
  const model = document.getElementById("_copy").content.firstElementChild;
  for (const box of document.querySelectorAll(".code")) {
    const code = box.querySelector("code");
    if (!box.querySelector(".file")) box.dataset.lang = code.className.replace("lang-", "");
    const button = model.cloneNode(true);
    button.addEventListener("click", () => copy(code, button));
    box.append(button);
  }
}

async function copy(code, button) {
  try {
    await navigator.clipboard.writeText(code.textContent);
  } catch {
    if (!copySelected(code)) return;
  }
  const word = button.getAttribute("aria-label");
  if (word === button.dataset.done) return;
  button.setAttribute("aria-label", button.dataset.done);
  say(button.dataset.done);
  setTimeout(() => button.setAttribute("aria-label", word), 2000);
}

/** The old way, for a page that came over plain HTTP. What it copies stays selected. */
function copySelected(code) {
  getSelection().selectAllChildren(code);
  return document.execCommand("copy");
}

/* Where the reader is */

function startContents() {
  const links = new Map();
  for (const link of document.querySelectorAll("nav a")) links.set(link.hash.slice(1), link);
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const link = links.get(target.id);
        if (isIntersecting) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    },
    { rootMargin: "-25% 0px -75% 0px" },
  );
  for (const section of document.querySelectorAll("main > section")) observer.observe(section);
}

function start() {
  for (const tool of document.querySelectorAll(".find, .tools")) tool.hidden = false;
  startTheme();
  startFind();
  startUnfolding();
  startCopying();
  startContents();
  reachScrolling(document.body);
  if (location.hash) reveal(location.hash);
}

// Before anything is drawn, so that nobody who chose the dark sees a white flash.
showTheme(recall(THEME));
root.classList.add("js");
document.addEventListener("DOMContentLoaded", start);
