/* Marks in the contents the section that the reader is in. */

// The height of a folded card in rem, about.
const FOLDED = 3;

function startContents() {
  for (const section of document.querySelectorAll("main > section")) {
    const cards = section.querySelectorAll(".card").length;
    section.style.containIntrinsicBlockSize = `auto ${FOLDED * (cards + 1)}rem`;
  }
  const links = new Map();
  for (const link of document.querySelectorAll("nav a")) links.set(link.hash.slice(1), link);
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
  for (const section of document.querySelectorAll("main > section")) observer.observe(section);
}
