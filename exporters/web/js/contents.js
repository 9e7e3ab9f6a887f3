/* The contents: where the reader is, and the questions of each section, which unfold. */

// The height of a folded card in rem, about.
const FOLDED = 3;

/** Lists the questions of a section, when they are first asked for. */
function listQuestions({ target }) {
  if (target.children.length > 1) return;
  const questions = pick(`#${CSS.escape(target.dataset.of)} h3`).map((question) => {
    const { id } = question.closest(".card");
    return make("li", {}, make("a", { href: `#${id}` }, question.textContent));
  });
  target.append(make("ol", {}, ...questions));
}

function startContents() {
  for (const fold of pickAside("details")) on(fold, "toggle", listQuestions);
  const links = new Map();
  for (const link of pickAside("a[data-section]")) links.set(link.hash.slice(1), link);
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        links.get(target.id).ariaCurrent = isIntersecting ? "true" : null;
      }
    },
    { rootMargin: "-25% 0px -75% 0px" },
  );
  for (const section of allSections()) {
    section.style.containIntrinsicBlockSize = `auto ${FOLDED * section.children.length}rem`;
    observer.observe(section);
  }
}
