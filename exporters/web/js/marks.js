/* Marks what was found: the words in a card, the characters of a sound, a passage of an answer. */

// At most this many cards get marks: nobody reads further.
const MARKED = 60;
// So many fill the screen, and get theirs at once; the others, as soon as the browser has time.
const AT_ONCE = 12;
// The number of letters shown before and after a match in an answer. A phone shows one line of them.
const BEFORE = 8;
const AFTER = 72;

// The passages that are shown.
const hits = [];

let unmarked = [];

function mark(found, sections, query) {
  for (const hit of hits.splice(0)) hit.remove();
  // Without highlights in a browser, there are the passages.
  const highlight = self.Highlight ? new Highlight() : new Set();
  CSS.highlights?.set("found", highlight);
  const add = (ranges) => [...ranges].forEach((range) => highlight.add(range));
  const markCard = (item) => {
    unpack(item.card);
    const folded = patterns(item.texts[SAID_PLACE], query);
    const far = query.words.some((word) => placeOf(item, word) === SAID_PLACE);
    if (far && folded.length) {
      hits.push(passage(item.card, folded));
      item.card.append(hits.at(-1));
    }
    add(marksIn(item.card, query));
    add(soundsIn(item, query));
  };
  for (const section of sections) add(marksIn(section, query));
  const mine = unmarked = query.words.length ? found.slice(0, MARKED) : [];
  mine.splice(0, AT_ONCE).forEach(markCard);
  const goOn = (hasTime) => {
    // Another search may have begun since.
    while (unmarked === mine && mine.length && hasTime()) markCard(mine.shift());
    if (unmarked === mine && mine.length) idly(goOn);
  };
  idly(goOn);
}

/** What to mark in a text: the whole phrase where it stands, or else each of its words. */
function patterns(text, { phrase, words }) {
  if (text.search(phrase) >= 0) return [phrase];
  return words.filter((word) => text.includes(word)).map((word) => pattern([word]));
}

/** The passage of the answer around the first match of the patterns. */
function passage(card, folded) {
  const text = saidBy(card).replace(/\s+/g, " ");
  const { flat, place } = flattened(text);
  const starts = folded.map((one) => flat.search(one)).filter((at) => at >= 0);
  const { start, end } = place(Math.min(...starts, flat.length - 1));
  const from = Math.max(0, start - BEFORE);
  const to = end + AFTER;
  const said = `${from ? "…" : ""}${text.slice(from, to)}${to < text.length ? "…" : ""}`;
  return make("p", { class: "hit" }, said);
}

/** The text of a part of the page without numbers of cards, and a function that makes a range of it. */
function readable(part) {
  const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
  const nodes = [];
  let all = "";
  while (walker.nextNode()) {
    if (walker.currentNode.parentNode.matches(".number")) continue;
    nodes.push({ node: walker.currentNode, from: all.length });
    all += walker.currentNode.data;
  }
  const nodeAt = (place) => nodes.findLast(({ from }) => from <= place);
  const range = (start, end) => {
    const [first, last] = [nodeAt(start), nodeAt(end - 1)];
    return new StaticRange({
      startContainer: first.node,
      startOffset: start - first.from,
      endContainer: last.node,
      endOffset: end - last.from,
    });
  };
  return { all, range };
}

/** The ranges of the words in a card or section. A word may cross bold text, links or code. */
function* marksIn(part, query) {
  const { all, range } = readable(part);
  const { flat, place } = flattened(all);
  for (const one of patterns(flat, query)) {
    for (const { 0: found, index: at } of flat.matchAll(new RegExp(one, "gu"))) {
      yield range(place(at).start, place(at + found.length - 1).end);
    }
  }
}

/** The ranges of the characters in a question whose sounds are the words. */
function* soundsIn(item, { words }) {
  const heard = words.filter((word) => placeOf(item, word) === SOUND_PLACE);
  if (heard.length === 0) return;
  const { all, range } = readable(item.card.querySelector("h3"));
  const characters = [...all.matchAll(HAN)];
  // A question with gaps shows fewer characters than there are sounds.
  if (characters.length !== item.sounds.flat().length) return;
  for (const word of heard) {
    const { at, count } = heardAt(item.sounds, word);
    const [first, last] = [characters[at], characters[at + count - 1]];
    yield range(first.index, last.index + last[0].length);
  }
}

// A letter with what NFKC may join to it: accents, half-width voicing marks, parts of Hangul.
const LETTER = /[^][\p{M}\uff9e\uff9f\u1160-\u11ff]*/gu;

// Letters that are one letter when they are compared, too: most of what is written.
const SIMPLE = /^[\0-\x7f\u2010-\u2016\u2018-\u201d\u3000-\u301f\u4e00-\u9fff\uff01-\uff5e]*$/;

/** The text as it is compared (`flat`), and a function that says where in `text` one of its letters
    stands. */
function flattened(text) {
  const flat = plain(text);
  if (SIMPLE.test(text)) return { flat, place: (at) => ({ start: at, end: at + 1 }) };
  const places = [];
  for (const { 0: letter, index: start } of text.matchAll(LETTER)) {
    const place = { start, end: start + letter.length };
    for (const _ of Array(plain(letter).length)) places.push(place);
  }
  return { flat, place: (at) => places[at] };
}
