/* Marks on the reading page which cards are due and which are known. */

function markStates() {
  const tomorrow = Progress.dawn(Date.now(), 1);
  for (const id of Queue.ids()) {
    const card = Progress.card(id);
    const state = !card ? "" : card.due < tomorrow ? "due" : card.phase === "review" ? "known" : "";
    const number = byId(id).querySelector(".number");
    if ((number.dataset.state ?? "") === state) continue;
    number.dataset.state = state;
    number.title = state && word(`state-${state}`);
  }
}
