/* All of it, once the page is there. */

function start() {
  for (const tool of document.querySelectorAll(".find, .tools, #_open-study")) tool.hidden = false;
  startTheme();
  Progress.start();
  Queue.start();
  startFind();
  startUnfolding();
  startCopying();
  startContents();
  reachScrolling(document.body);
  Study.start();
  startKeys();
  if (location.hash) reveal(location.hash);
}

// Before anything is drawn, so that nobody who chose the dark sees a white flash.
showTheme(recall(THEME));
root.classList.add("js");
document.addEventListener("DOMContentLoaded", start);
