"use strict";
/* Helpers for the other scripts. The page can be read without any script. Elements that need a
   script are hidden in the page or made by the script. */

const root = document.documentElement;
/** The deck's key, and the words that only the scripts need. */
const data = JSON.parse(document.getElementById("_data").textContent);
const byId = (id) => document.getElementById(id);
/** Has an element, or the one of an id, listen to an event. */
function on(target, event, action, options) {
  const element = typeof target === "string" ? byId(target) : target;
  element.addEventListener(event, action, options);
}
/** All elements that a selector picks, on the page or in a part of it. On the page, that goes through
    every word of every card. */
const pick = (selector, part = document) => [...part.querySelectorAll(selector)];
const pickAside = (selector) => pick(selector, byId("_panel"));
const allSections = () => pick(":scope > section", byId("_main"));
const shownIn = (part) => [...part.children].filter((child) => !child.hidden);
const shownCards = () => shownIn(byId("_main")).flatMap(shownIn).filter((child) => child.matches(".card"));
const titleOf = (section) => byId(`${section}_title`).textContent;

/** The value stored under `key`; null if there is none or the browser stores nothing. */
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
    // Without storage, the choice holds until the page is closed.
  }
}

/** Makes a checkbox keep its choice, and calls `changed` after each change of it. */
function keepBox(id, changed) {
  const box = byId(id), key = `deckpress:${id.slice(1)}`;
  box.checked = recall(key) === "1";
  on(box, "change", () => {
    keep(key, box.checked ? "1" : "");
    changed();
  });
}

/** Has the browser do some work when it has nothing else to do. `work` is given a function that says
    whether there still is time. */
function idly(work) {
  const until = (end) => work(() => performance.now() < end);
  if (self.requestIdleCallback) {
    requestIdleCallback((deadline) => until(performance.now() + deadline.timeRemaining() - 1));
  } else setTimeout(() => until(performance.now() + 8), 20);
}

function write(id, text) {
  byId(id).textContent = text;
}

/** Shows a message in the status line, which screen readers announce. */
function say(text) {
  write("_status", text);
}

/** The words for a key, with placeholders filled in: word("left", { count: 3 }). */
function word(key, holes = {}) {
  return data.words[key].replace(/\{(\w+)\}/g, (hole, name) => holes[name] ?? hole);
}

/** A copy of a list in random order (Fisher and Yates). */
function shuffled(list) {
  const copy = [...list];
  for (let index = copy.length - 1; index > 0; index -= 1) {
    const other = Math.floor(Math.random() * (index + 1));
    [copy[index], copy[other]] = [copy[other], copy[index]];
  }
  return copy;
}

/** A new element with attributes and children. A string becomes text, not HTML. */
function make(tag, ...rest) {
  return fill(document.createElement(tag), ...rest);
}

function fill(element, attributes = {}, ...children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
