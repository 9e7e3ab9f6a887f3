/* The search: words, filters, and an address that contains both. */

/** The question, the labels and the answer of a card, without the words that every card has. */
const ASKED = "h3, .ask > :not(ol)";
const CALLED = ".labels";
const SAID = ".options .text, .answer > :not(.part, .key), .part > .text";

// At most this many cards are sorted by rank, and this many get marks: nobody reads further.
const RANKED = 200;
const MARKED = 60;
// The number of letters shown before a match in an answer.
const AROUND = 24;

// Milliseconds after the last key until the address is changed: browsers limit such changes.
const PAUSE = 250;

let catalogue = null;
let moved = [];
let telling;
// The query of the address, when it was last written or read here.
let told;

/** Text in the form in which it is compared, without differences of width and case. */
function plain(text) {
  return text.normalize("NFKC").toLowerCase();
}

function textOf(card, parts) {
  return Array.from(card.querySelectorAll(parts), (part) => part.textContent).join(" ");
}

/** All cards with their searchable texts. The list is made on first use. */
function catalogued() {
  catalogue ??= Array.from(document.querySelectorAll(".card"), (card, order) => {
    const { topics = "", section, level = "", tier = "", initials = "" } = card.dataset;
    const texts = [
      plain(textOf(card, ASKED)),
      plain(`${textOf(card, CALLED)} ${topics} ${card.id}`),
      plain(textOf(card, SAID)),
      initials,
    ];
    const facts = { section: [section], topic: topics.split(" "), level: [level], tier: [tier] };
    return { card, order, home: card.parentElement, texts, facts };
  });
  return catalogue;
}

/** Where a word is found: 0 in the question, 1 in a label, 2 in the answer, 3 (for two letters or
    more) in the pinyin initials of the question, -1 nowhere. */
function placeOf({ texts }, word) {
  return texts.findIndex((text, place) => text.includes(word) && (place < 3 || word.length > 1));
}

function rankOf(item, words) {
  const places = words.map((word) => placeOf(item, word));
  return places.includes(-1) ? null : places.reduce((sum, place) => sum + place, 0);
}

/** The filters: select elements and one checkbox. */
function filters() {
  return [...document.querySelectorAll("[data-filter]")];
}

function isSet(filter) {
  return filter.type === "checkbox" ? filter.checked : filter.value;
}

function fits(item, { dataset, value }) {
  if (dataset.filter === "weak") return Queue.isWeak(item.card.id);
  return item.facts[dataset.filter].includes(value);
}

function set(filter, value) {
  if (filter.type === "checkbox") filter.checked = value === filter.value;
  else filter.value = [...filter.options].some((one) => one.value === value) ? value : "";
}

function find() {
  const input = byId("_find");
  const chosen = filters().filter(isSet);
  const items = catalogued();
  const words = plain(input.value).split(/\s+/).filter(Boolean);
  const active = words.length + chosen.length > 0;
  const found = [];
  for (const item of items) {
    const rank = chosen.every((filter) => fits(item, filter)) ? rankOf(item, words) : null;
    item.card.hidden = rank === null;
    if (rank !== null) found.push({ ...item, rank });
  }
  arrange(found);
  for (const section of document.querySelectorAll("main > section")) {
    section.hidden = active && !section.querySelector(".card:not([hidden])");
  }
  byId("_reset").hidden = !active;
  const { found: some, none } = byId("_status").dataset;
  say(!active ? "" : found.length === 0 ? none : some.replace("{count}", found.length));
  clearTimeout(telling);
  telling = setTimeout(tell, PAUSE, input.value.trim(), chosen);
  requestAnimationFrame(() => mark(found.slice(0, MARKED), words));
}

/** Moves the cards with the best rank to the top, and all others back to their section. */
function arrange(found) {
  for (const { card, home, order } of moved.sort((one, other) => other.order - one.order)) {
    const next = catalogue[order + 1];
    home.insertBefore(card, next?.home === home ? next.card : null);
  }
  moved = [];
  if (found.some((item) => item.rank !== found[0].rank)) {
    found.sort((one, other) => one.rank - other.rank || one.order - other.order);
    moved = found.slice(0, RANKED);
  }
  byId("_first").append(...moved.map((item) => item.card));
  byId("_first").hidden = moved.length === 0;
}

/* Marks */

function mark(found, words) {
  for (const hit of document.querySelectorAll(".hit")) hit.remove();
  const ranges = [];
  for (const item of words.length ? found : []) {
    const folded = words.filter((word) => placeOf(item, word) === 2);
    if (folded.length) item.card.append(passage(item.card, folded));
    ranges.push(...marksIn(item.card, words));
  }
  if (CSS.highlights) CSS.highlights.set("found", new Highlight(...ranges));
}

/** The passage of the answer around the first match of the words. */
function passage(card, words) {
  const text = textOf(card, SAID).replace(/\s+/g, " ");
  const { flat, places } = flattened(text);
  const at = Math.min(...words.map((word) => flat.indexOf(word)).filter((place) => place >= 0));
  const from = Math.max(0, places[at].start - AROUND);
  const to = places[at].end + 3 * AROUND;
  const said = `${from ? "…" : ""}${text.slice(from, to)}${to < text.length ? "…" : ""}`;
  return make("p", { class: "hit" }, said);
}

/** The ranges of the words in a card. A word may cross bold text, links or code. */
function* marksIn(card, words) {
  const walker = document.createTreeWalker(card, NodeFilter.SHOW_TEXT);
  const nodes = [];
  let all = "";
  while (walker.nextNode()) {
    nodes.push({ node: walker.currentNode, from: all.length });
    all += walker.currentNode.data;
  }
  const { flat, places } = flattened(all);
  const nodeAt = (place) => nodes.findLast(({ from }) => from <= place);
  for (const word of words) {
    for (let at = flat.indexOf(word); at >= 0; at = flat.indexOf(word, at + word.length)) {
      const { start } = places[at];
      const { end } = places[at + word.length - 1];
      const [first, last] = [nodeAt(start), nodeAt(end - 1)];
      yield new StaticRange({
        startContainer: first.node,
        startOffset: start - first.from,
        endContainer: last.node,
        endOffset: end - last.from,
      });
    }
  }
}

// A letter with what NFKC may join to it: accents, half-width voicing marks, parts of Hangul.
const LETTER = /[^][\p{M}\uff9e\uff9f\u1160-\u11ff]*/gu;

/** The text as it is compared (`flat`), and for each of its letters its place in `text`. */
function flattened(text) {
  const places = [];
  for (const { 0: letter, index: start } of text.matchAll(LETTER)) {
    const place = { start, end: start + letter.length };
    for (const _ of Array(plain(letter).length)) places.push(place);
  }
  return { flat: plain(text), places };
}

/* The address */

/** Writes the search into the address, so that it can be shared. */
function tell(text, chosen) {
  const query = new URLSearchParams(text ? { q: text } : {});
  for (const { dataset, value } of chosen) query.set(dataset.filter, value);
  const address = query.size ? `?${query}` : location.pathname;
  try {
    history.replaceState(null, "", address + location.hash);
    told = location.search;
  } catch {
    // Some browsers do not let a page from a disk change its address.
  }
}

/** Sets the search to that of the address. */
function ask() {
  told = location.search;
  const query = new URLSearchParams(location.search);
  byId("_find").value = query.get("q") ?? "";
  for (const filter of filters()) {
    set(filter, query.get(filter.dataset.filter) ?? "");
  }
}

/** Follows a change of the address, such as going back to an earlier search. A link to a card does
    not change the search: the address may be older than the typed words, or not changeable. */
function followAddress() {
  if (location.search === told) return;
  ask();
  find();
}

/** Searches, and scrolls up to the first result if the reader was further down. */
function findAnew() {
  find();
  const before = scrollY;
  byId("_main").scrollIntoView();
  scrollTo(0, Math.min(scrollY, before));
}

/** Searches again if only weak cards are shown: studying changes which cards are weak. */
function findWeak() {
  if (document.querySelector("[data-filter=weak]").checked) find();
}

function clearFind() {
  byId("_find").value = "";
  for (const filter of filters()) set(filter, "");
  find();
}

function startFind() {
  const input = byId("_find");
  input.addEventListener("focus", catalogued, { once: true });
  input.addEventListener("input", findAnew);
  for (const filter of filters()) filter.addEventListener("change", findAnew);
  byId("_reset").addEventListener("click", () => {
    clearFind();
    // The button is hidden now, so the keyboard focus needs another place.
    byId("_main").focus({ preventScroll: true });
  });
  input.addEventListener("keydown", ({ key, isComposing }) => {
    if (key !== "Escape" || isComposing) return;
    if (byId("_reset").hidden) input.blur();
    else clearFind();
  });
  addEventListener("popstate", followAddress);
  ask();
  if (input.value || filters().some(isSet)) find();
}
