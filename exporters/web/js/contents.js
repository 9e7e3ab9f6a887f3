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
  for (const fold of pick("nav details")) on(fold, "toggle", listQuestions);
  for (const section of pick("main > section")) {
    const cards = section.querySelectorAll(".card").length;
    section.style.containIntrinsicBlockSize = `auto ${FOLDED * (cards + 1)}rem`;
  }
  const links = new Map();
  for (const link of pick("nav a[data-section]")) links.set(link.hash.slice(1), link);
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const link = links.get(target.id);
        if (isIntersecting) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    },
    { rootMargin: "-25% 0px -75% 0px" },
  );
  for (const section of pick("main > section")) observer.observe(section);
}
