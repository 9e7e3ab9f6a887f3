/* The search: words, filters, and an address that contains both. */

/** The question, the labels and the answer of a card, without the words that every card has. */
const ASKED = "h3, .ask > :not(.options)";
const CALLED = ".labels";
const OFFERED = ".options .text";
const SAID = ".answer > :not(.part, .key), .part > .text";

// At most this many cards are put in order of their rank. To move one costs the browser some tenths of
// a millisecond for each thousand cards of the deck.
const RANKED = 24;

// Milliseconds after the last key until the address is changed: browsers limit such changes.
const PAUSE = 250;

const catalogue = [];
let cards = null;
let unpacked = 0;
let prose = null;
let moved = [];
let telling;
// The query of the address, when it was last written or read here.
let told;

function textOf(card, parts) {
  return Array.from(card.querySelectorAll(parts), (part) => part.textContent).join(" ");
}

/** What a card says, apart from its question and its labels. */
function saidBy(card) {
  return `${textOf(card, OFFERED)} ${packedText(card) ?? textOf(card, SAID)}`;
}

/** All cards with their searchable texts. The list is made while `hasTime`, and on first use. */
function catalogued(hasTime = () => true) {
  cards ??= pick(".card");
  while (catalogue.length < cards.length && hasTime()) {
    const card = cards[catalogue.length];
    const { topics = "", section, level = "", tier = "", pinyin = "" } = card.dataset;
    const labels = `${textOf(card, CALLED)} ${topics} ${card.id}`;
    const texts = plain(`${textOf(card, ASKED)}\0${labels}\0${saidBy(card)}`).split("\0");
    const facts = { section: [section], topic: topics.split(" "), level: [level], tier: tier === "must" ? [tier, "core"] : [tier] };
    catalogue.push({ card, order: catalogue.length, home: card.parentElement, texts, sounds: soundsOf(pinyin), facts });
  }
  return catalogue;
}

/** Makes the lists of cards and of their words, and then unpacks the cards, while the browser has nothing else to do. */
function prepare(hasTime) {
  wordsOf(catalogued(hasTime), hasTime);
  while (unpacked < catalogue.length && hasTime()) unpack(cards[unpacked++]);
  if (unpacked < cards.length || read < unpacked) idly(prepare);
}

/** The sections without cards, such as an appendix, that say all words. */
function saying(words) {
  prose ??= allSections().filter((section) => !section.querySelector(".card"));
  const all = ({ textContent }) => words.every((one) => plain(textContent).includes(one));
  return words.length ? prose.filter(all) : [];
}

/** The filters: select elements and one checkbox. */
function filters() {
  return pickAside("[data-filter]");
}

function isSet(filter) {
  return filter.type === "checkbox" ? filter.checked : filter.value;
}

function fits(item, { dataset, value }) {
  if (dataset.filter === "weak") return Queue.isWeak(item.card.id);
  if (dataset.filter === "flag") return Progress.aside(item.card.id).flag === true;
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
  const typed = queryOf(input.value);
  const query = corrected(items, typed);
  const active = query.words.length + chosen.length > 0;
  const found = [];
  for (const item of items) {
    item.rank = chosen.every((filter) => fits(item, filter)) ? rankOf(item, query) : null;
    if (item.rank !== null) found.push(item);
  }
  const sections = saying(chosen.length ? [] : query.words);
  arrange(found);
  count(found, sections, active);
  root.classList.toggle("searched", query.words.length > 0);
  byId("_reset").hidden = !active;
  const changed = query.words.some((word, index) => word !== typed.words[index]);
  const some = word(changed ? "found-for" : "found", { count: found.length, words: query.words.join(" ") });
  const none = found.length + sections.length === 0;
  say(!active ? "" : none ? word("nothing-found") : some);
  offer(none ? nearest(items, query) : [], sections);
  clearTimeout(telling);
  telling = setTimeout(tell, PAUSE, input.value.trim(), chosen);
  mark(found, sections, query);
}

/** Hides what is no result, and shows in the contents how many each section has. The cards of a
    section that is hidden stay as they are: each change costs the browser a style. */
function count(found, sections, active) {
  const counts = new Map();
  for (const { home } of found) counts.set(home.id, (counts.get(home.id) ?? 0) + 1);
  const shown = new Set(sections);
  for (const { home } of found.slice(moved.length)) shown.add(home);
  for (const { card, home, rank } of catalogue) {
    if (card.hidden === (rank !== null) && (shown.has(home) || rank !== null)) card.hidden = rank === null;
  }
  for (const section of allSections()) section.hidden = active && !shown.has(section);
  for (const { parentElement: link, childNodes } of pickAside(".count")) {
    const [number, unit] = childNodes;
    const hits = counts.get(link.dataset.section) ?? 0;
    if (Number(number.data) === hits) continue;
    number.data = `${hits} `;
    unit.textContent = word(hits === 1 ? "card" : "cards");
    link.classList.toggle("without", hits === 0);
  }
}

/** Offers words to search for instead, and leads to the sections that say what is searched for. */
function offer(words, sections) {
  const buttons = words.map((near) => {
    const button = make("button", { type: "button" }, near);
    on(button, "click", () => {
      byId("_find").value = near;
      findAnew();
      byId("_find").focus();
    });
    return button;
  });
  const links = sections.map(({ id, firstElementChild }) => make("a", { href: `#${id}` }, firstElementChild.textContent));
  const near = [...buttons, ...links];
  byId("_near").replaceChildren(...(near.length ? [word(links.length ? "found-in" : "try"), ...near] : []));
}

/** Moves the cards with the best rank to the top, and all others back to their section. What is where
    it belongs stays there: to move it would be dear. */
function arrange(found) {
  const before = moved.sort((one, other) => other.order - one.order);
  moved = [];
  if (found.some((item) => item.rank !== found[0].rank)) {
    found.sort((one, other) => one.rank - other.rank || one.order - other.order);
    moved = found.slice(0, RANKED);
  }
  for (const item of before) {
    if (moved.includes(item)) continue;
    let next = item;
    do next = catalogue[next.order + 1];
    while (next && next.card.parentElement !== item.home && next.home === item.home);
    item.home.insertBefore(item.card, next?.home === item.home ? next.card : null);
  }
  const top = byId("_first");
  moved.forEach(({ card }, index) => {
    const there = top.children[index + 1] ?? null;
    if (there !== card) top.insertBefore(card, there);
  });
  top.hidden = moved.length === 0;
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
  idly(prepare);
  on(input, "input", findAnew);
  for (const filter of filters()) on(filter, "change", findAnew);
  on("_reset", "click", () => {
    clearFind();
    // The button is hidden now, so the keyboard focus needs another place.
    byId("_main").focus({ preventScroll: true });
  });
  on(input, "keydown", (event) => {
    const { key, isComposing } = event;
    if (isComposing) return;
    if (key === "Enter" || key === "ArrowDown") {
      event.preventDefault();
      goTo(shownCards()[0]);
    }
    if (key !== "Escape") return;
    if (byId("_reset").hidden) input.blur();
    else clearFind();
  });
  addEventListener("popstate", followAddress);
  ask();
  if (input.value || filters().some(isSet)) find();
}
