/* Marks on the reading page which cards are due and which are known. */

const marked = new Map();

function markStates() {
  const tomorrow = Progress.dawn(Date.now(), 1);
  for (const id of Queue.ids()) {
    const card = Progress.card(id);
    const state = !card ? "" : card.due < tomorrow ? "due" : card.phase === "review" ? "known" : "";
    if ((marked.get(id) ?? "") === state) continue;
    marked.set(id, state);
    const number = byId(id).querySelector(".number");
    number.dataset.state = state;
    number.title = state && word(`state-${state}`);
  }
}
