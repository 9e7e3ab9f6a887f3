"use strict";
/* What the page can do beyond reading. Without this script every card is still there to read.
   Whatever needs the script is hidden in the page, or made here. */

const root = document.documentElement;
/** The deck's key, and the words that only the script says. */
const data = JSON.parse(document.getElementById("_data").textContent);
const byId = (id) => document.getElementById(id);

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

/** Tells everybody who cannot see the page, and whoever looks at its line of news. */
function say(text) {
  byId("_status").textContent = text;
}

/** The words of that key, their holes filled: word("left", { count: 3 }). */
function word(key, holes = {}) {
  return data.words[key].replace(/\{(\w+)\}/g, (hole, name) => holes[name] ?? hole);
}

/** A new element with these attributes and children; text stays text. */
function make(tag, ...rest) {
  return fill(document.createElement(tag), ...rest);
}

function fill(element, attributes = {}, ...children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
