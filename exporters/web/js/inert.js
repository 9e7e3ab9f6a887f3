/* The answers of a large deck. A browser takes seconds to read thousands of them, so each is one word
   in a noscript element until it is unpacked: when it is opened or printed, or when the browser has
   nothing else to do, so that its own search finds them all. */

function unpack(part) {
  const inert = part.querySelector("noscript");
  if (inert) inert.outerHTML = inert.textContent;
}

const unpackAll = () => pick("noscript").forEach(({ parentElement }) => unpack(parentElement));

/** Unpacks an open answer when it comes into sight: all of them may have been opened at once. */
function unpackSeen(target) {
  const answer = target.closest(".card")?.querySelector("details");
  if (answer?.open && answer.checkVisibility({ contentVisibilityAuto: true })) unpack(answer);
}

// What a browser writes between two quotes may be anything.
const TAG = /<(?:"[^"]*"|[^">])*>/g;
// What no answer says itself: the names of its parts, and the letters of the right options.
const NAMES = /(<div class="part [^"]*">\n)<h4>[^<]*|<p class="key">[^<]*/g;
const SIGNS = { amp: "&", lt: "<", gt: ">", quot: '"', "#34": '"', "#39": "'", nbsp: "\xa0" };

/** The text of an answer that is packed; null if it is not. */
function packedText(card) {
  const inert = card.querySelector("noscript");
  if (!inert) return null;
  const text = inert.textContent.replace(NAMES, "$1").replace(TAG, "");
  return text.replace(/&([#\w]+);/g, (whole, name) => SIGNS[name] ?? whole);
}
