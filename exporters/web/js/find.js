/* Finding: words, filters, and an address that says both. */

/** What a card asks, what it is called, and what it says, without the words that every card has. */
const ASKED = "h3, .ask > :not(ol)";
const CALLED = ".labels";
const SAID = ".options .text, .answer > :not(.part, .key), .part > .text";

// So many cards are put in the order of their rank, and so many are marked: nobody reads further.
const RANKED = 200;
const MARKED = 60;
const AROUND = 24; // letters on each side of what was found in an answer

const PAUSE = 250; // milliseconds without a key until the address says it: browsers limit that

let catalogue = null;
let moved = [];
let telling;

/** Text as it is compared: full-width and half-width, upper and lower case are the same. */
function plain(text) {
  return text.normalize("NFKC").toLowerCase();
}

function textOf(card, parts) {
  return Array.from(card.querySelectorAll(parts), (part) => part.textContent).join(" ");
}

/** Every card with the texts that are searched, made when they are needed first. */
function catalogued() {
  catalogue ??= Array.from(document.querySelectorAll(".card"), (card, order) => {
    const { topics = "", section, level = "", tier = "", initials = "" } = card.dataset;
    const texts = [
      plain(textOf(card, ASKED)),
      plain(`${textOf(card, CALLED)} ${topics} ${card.id}`),
      plain(textOf(card, SAID)),
    ];
    const facts = { section: [section], topic: topics.split(" "), level: [level], tier: [tier] };
    return { card, order, home: card.parentElement, texts, initials, facts };
  });
  return catalogue;
}

/** How far from the question the words are: for each 0 in it, 1 in a label, 2 in the answer. */
function rankOf(item, words) {
  let rank = 0;
  for (const { word, initials } of words) {
    const texts = initials ? [item.initials] : item.texts;
    const here = texts.findIndex((text) => text.includes(word));
    if (here < 0) return null;
    rank += here;
  }
  return rank;
}

/** The words that are looked for. One that no card has may be the first letters of its sounds. */
function wordsOf(text, items) {
  return plain(text)
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => ({
      word,
      initials:
        /^[a-z]{2,}$/.test(word) &&
        !items.some((item) => item.texts.some((said) => said.includes(word))),
    }));
}

/** The filters that are set: lists with a value, and a box that is ticked. */
function filters() {
  return [...document.querySelectorAll("[data-filter]")].filter((filter) =>
    filter.type === "checkbox" ? filter.checked : filter.value,
  );
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
  const chosen = filters();
  const items = catalogued();
  const words = wordsOf(input.value, items);
  const found = [];
  for (const item of items) {
    const rank = chosen.every((filter) => fits(item, filter)) ? rankOf(item, words) : null;
    item.card.hidden = rank === null;
    if (rank !== null) found.push({ ...item, rank });
  }
  arrange(found);
  for (const section of document.querySelectorAll("main > section")) {
    section.hidden = !section.querySelector(".card:not([hidden])") && (words.length || chosen.length);
  }
  const active = words.length + chosen.length > 0;
  byId("_reset").hidden = !active;
  const { found: some, none } = byId("_status").dataset;
  say(!active ? "" : found.length === 0 ? none : some.replace("{count}", found.length));
  clearTimeout(telling);
  telling = setTimeout(tell, PAUSE, input.value.trim(), chosen);
  requestAnimationFrame(() => mark(found.slice(0, MARKED), words.map(({ word }) => word)));
}

/** Puts what was found nearest to the question first, and everything else where it belongs. */
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
  byId("_first").replaceChildren(...moved.map((item) => item.card));
}

/* Marking what was found */

function mark(found, words) {
  for (const hit of document.querySelectorAll(".hit")) hit.remove();
  const ranges = [];
  if (words.length) {
    for (const { card, texts } of found) {
      const folded = words.filter((word) => texts.findIndex((text) => text.includes(word)) === 2);
      if (folded.length) card.append(passage(card, folded));
      ranges.push(...marksIn(card, words));
    }
  }
  if (CSS.highlights) CSS.highlights.set("found", new Highlight(...ranges));
}

/** What the answer says around the first of the words that is in it. */
function passage(card, words) {
  const text = textOf(card, SAID).replace(/\s+/g, " ");
  const { flat, places } = flattened(text);
  const at = Math.min(...words.map((word) => flat.indexOf(word)).filter((place) => place >= 0));
  const from = Math.max(0, places[at] - AROUND);
  const to = places[at] + 3 * AROUND;
  const hit = document.createElement("p");
  hit.className = "hit";
  hit.textContent = `${from ? "…" : ""}${text.slice(from, to)}${to < text.length ? "…" : ""}`;
  return hit;
}

function* marksIn(card, words) {
  const walker = document.createTreeWalker(card, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const { flat, places } = flattened(node.data);
    for (const word of words) {
      for (let at = flat.indexOf(word); at >= 0; at = flat.indexOf(word, at + word.length)) {
        const range = new StaticRange({
          startContainer: node,
          startOffset: places[at],
          endContainer: node,
          endOffset: places[at + word.length],
        });
        yield range;
      }
    }
  }
}

/** The text as it is compared, and the place in `text` of each of its letters and of its end. */
function flattened(text) {
  const same = plain(text);
  if (same.length === text.length && text.normalize("NFKC") === text) {
    return { flat: same, places: Array.from({ length: text.length + 1 }, (_, place) => place) };
  }
  let flat = "";
  const places = [];
  let place = 0;
  for (const letter of text) {
    const compared = plain(letter);
    for (let each = 0; each < compared.length; each += 1) places.push(place);
    flat += compared;
    place += letter.length;
  }
  places.push(place);
  return { flat, places };
}

/* The address */

/** Writes what is looked for into the address, so that it can be sent to somebody. */
function tell(text, chosen) {
  const query = new URLSearchParams(text ? { q: text } : {});
  for (const { dataset, value } of chosen) query.set(dataset.filter, value);
  const address = query.size ? `?${query}` : location.pathname;
  try {
    history.replaceState(null, "", address + location.hash);
  } catch {
    // A page from a disk may not change its address in some browsers.
  }
}

/** Looks for what the address says. */
function ask() {
  const query = new URLSearchParams(location.search);
  byId("_find").value = query.get("q") ?? "";
  for (const filter of document.querySelectorAll("[data-filter]")) {
    set(filter, query.get(filter.dataset.filter) ?? "");
  }
  if (byId("_find").value || filters().length) find();
}

function clearFind() {
  byId("_find").value = "";
  for (const filter of filters()) set(filter, "");
  find();
}

function startFind() {
  const input = byId("_find");
  input.addEventListener("focus", catalogued, { once: true });
  input.addEventListener("input", find);
  for (const filter of document.querySelectorAll("[data-filter]")) {
    filter.addEventListener("change", find);
  }
  byId("_reset").addEventListener("click", clearFind);
  input.addEventListener("keydown", ({ key, isComposing }) => {
    if (key === "Escape" && !isComposing) clearFind();
  });
  ask();
}
