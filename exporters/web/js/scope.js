/* What a session or an exam asks: all cards, what is found, a section, or what was missed. */

const Scope = (() => {
  const select = () => byId("_scope");
  const found = () => shownCards();
  const isMissed = (id) => Queue.isWeak(id) || Progress.get("exams").at(-1)?.missed.includes(id);
  const isSearched = () => !byId("_reset").hidden && found().length > 0;

  /** Offers what there is. What is searched for on the page is chosen at first. */
  function offer(fresh) {
    const before = fresh ? "" : select().value;
    const sections = pickAside("a[data-section]")
      .filter((link) => link.querySelector(".count"))
      .map((link) => [`section ${link.dataset.section}`, link.querySelector(".name").textContent]);
    const missed = Queue.ids().filter(isMissed).length;
    const offered = [
      ["all", word("scope-all")],
      ...(isSearched() ? [["found", word("scope-found", { count: found().length })]] : []),
      ...(missed ? [["missed", word("scope-missed", { count: missed })]] : []),
      ...(sections.length > 1 ? sections : []),
    ];
    select().replaceChildren(...offered.map(([value, name]) => make("option", { value }, name)));
    const wanted = before || (isSearched() ? "found" : "all");
    select().value = offered.some(([value]) => value === wanted) ? wanted : "all";
  }

  /** The chosen ids, in the order of the page. */
  function ids() {
    const [kind, section] = select().value.split(" ");
    if (kind === "found") {
      const shown = new Set(found().map((card) => card.id));
      return Queue.ids().filter((id) => shown.has(id));
    }
    if (kind === "missed") return Queue.ids().filter(isMissed);
    if (kind === "section") return Queue.ids().filter((id) => byId(id).dataset.section === section);
    return Queue.ids();
  }

  /** What is asked, as the queue takes it. */
  function choice() {
    return { chosen: ids(), coreFirst: byId("_core-first").checked };
  }

  return { offer, ids, choice, isMissedOnly: () => select().value === "missed" };
})();
