/* Starts everything when the page has been loaded. */

function start() {
  for (const tool of pick(".find, .tools, nav details, #_open-study")) tool.hidden = false;
  startTheme();
  Progress.start();
  Queue.start();
  startFind();
  startUnfolding();
  startContents();
  Study.start();
  markStates();
  startKeys();
  if (location.hash) reveal(location.hash);
}

// This runs before anything is drawn, so that readers who chose dark see no white flash.
showTheme(recall(THEME));
showCode();
root.classList.add("js");
on(document, "DOMContentLoaded", start);
