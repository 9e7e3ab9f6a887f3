/* Saving progress to a file, loading it, and erasing it. */

// No page writes more than this many letters, and no browser keeps more.
const LARGEST = 5_000_000;

function save() {
  const file = new Blob([Progress.text()], { type: "application/json" });
  const address = URL.createObjectURL(file);
  const name = `${data.key}-${Progress.day(Date.now())}.json`;
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
  Progress.set("since", 0);
}

/** Takes in a file, and asks before it replaces a setting. Returns what to tell the learner. */
async function load(file) {
  if (file.size > LARGEST) return word("study-file-large");
  try {
    const asks = (limit) => confirm(word("study-ask-limit", { limit, mine: Progress.get("limit") }));
    return word("study-taken", { count: Progress.take(await file.text(), asks) });
  } catch (error) {
    const key = `study-file-${error.message}`;
    return word(key in data.words ? key : "study-file-damaged");
  }
}

function startTransfer(refresh) {
  const tell = (said) => {
    write("_file-said", said);
    byId("_restore").hidden = !Progress.isCleared();
    refresh();
  };
  on("_save", "click", () => {
    save();
    refresh();
  });
  on("_load", "change", async ({ target }) => {
    const [file] = target.files;
    if (!file) return;
    const said = await load(file);
    target.value = "";
    tell(said);
  });
  on("_clear", "click", () => {
    if (!confirm(word("study-ask-clear"))) return;
    Progress.clear();
    tell(word("study-cleared"));
  });
  on("_restore", "click", () => {
    Progress.restore();
    tell(word("study-restored"));
  });
  tell("");
}
