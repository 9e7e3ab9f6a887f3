"use strict";
/* What the page can do beyond reading. Without this script every card is still there to read.
   Whatever needs the script is hidden in the page, or made here. */

const root = document.documentElement;

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
  document.getElementById("_status").textContent = text;
}
