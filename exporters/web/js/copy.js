/* The buttons that copy code. */

function offerCopy(box) {
  const button = byId("_copy").content.firstElementChild.cloneNode(true);
  on(button, "click", () => copy(box.querySelector("code"), button));
  box.append(button);
}

async function copy(code, button) {
  if (!(await copied(code.textContent)) && !copySelected(code)) return;
  const word = button.ariaLabel;
  if (word === button.dataset.done) return;
  button.ariaLabel = button.dataset.done;
  const { textContent: said } = byId("_status");
  say(button.dataset.done);
  setTimeout(() => {
    button.ariaLabel = word;
    if (byId("_status").textContent === button.dataset.done) say(said);
  }, 2000);
}

/** Copies a text; returns whether the browser let it. */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Copies in the old way, for a page that was loaded over plain HTTP. The code stays selected. */
function copySelected(code) {
  getSelection().selectAllChildren(code);
  return document.execCommand("copy");
}
