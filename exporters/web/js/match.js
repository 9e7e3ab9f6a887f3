/* How the words of a search match a card: by letters, by the sound of Chinese, in spite of a typing
   mistake. */

const [SAID_PLACE, SOUND_PLACE] = [2, 3];
const HAN = /[\u3400-\u4dbf\u4e00-\u9fff]/g;
const ACCENTED = /[\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff]/;

/** Text in the form in which it is compared: without differences of width, case and accents, and
    with a space for each hyphen and underscore. */
function plain(text) {
  const flat = text.normalize("NFKC").toLowerCase().replace(/[-_\u2010-\u2014]|[^\S ]/g, " ");
  if (!ACCENTED.test(flat)) return flat;
  return flat.normalize("NFD").replace(/[\u0300-\u036f]/g, "").normalize("NFC");
}

// Chinese with the marks after it, or anything else up to the next Chinese or space.
const PIECE = /\p{sc=Han}+[^\p{L}\p{N}\s]*|[^\s\p{sc=Han}]+/gu;

/** A search: its words, which end where Chinese begins or ends too, and all of it as a phrase. */
function queryOf(text) {
  const words = (plain(text).match(PIECE) ?? []).map((word) => word.replace(/(.)[?!,.;。、]+$/, "$1"));
  return { words, phrase: pattern(words) };
}

/** Matches the words one after another, with a space between them or none. */
function pattern(words) {
  return new RegExp(words.map((word) => word.replace(/[$()*+.?[\\\]^{|}]/g, "\\$&")).join(" ?"), "u");
}

/** The syllables of each run of Chinese in a question, from the page. */
function soundsOf(pinyin) {
  return pinyin ? pinyin.split(",").map((run) => run.split(" ")) : [];
}

/** How many of the syllables from `at` on `rest` spells: whole, by first letters, or mixed; the last
    one may be cut short. None are 0. */
function spelled(sounds, at, rest) {
  const sound = sounds[at];
  if (sound === undefined) return 0;
  if (sound.startsWith(rest)) return 1;
  for (const part of [sound, sound[0]]) {
    const more = rest.startsWith(part) ? spelled(sounds, at + 1, rest.slice(part.length)) : 0;
    if (more > 0) return more + 1;
  }
  return 0;
}

/** The first syllables that `word` spells. A single one must be spelled in full: "sh" is shell. */
function heardAt(sounds, word) {
  if (word.length < 2 || !/^[a-z]+$/.test(word)) return null;
  let before = 0;
  for (const run of sounds) {
    for (let at = 0; at < run.length; at += 1) {
      const count = spelled(run, at, word);
      if (count > 1 || (count === 1 && run[at] === word)) return { at: before + at, count };
    }
    before += run.length;
  }
  return null;
}

/** Where a word is found: 0 in the question, 1 in a label, 2 in the answer, 3 in the sound of the
    question, -1 nowhere. */
function placeOf({ texts, sounds }, word) {
  const place = texts.findIndex((text) => text.includes(word));
  return place < 0 && heardAt(sounds, word) ? SOUND_PLACE : place;
}

/** How well a card fits: the least is the best, null is not at all. A phrase beats its words. */
function rankOf(item, { words, phrase }) {
  const places = words.map((word) => placeOf(item, word));
  if (places.includes(-1)) return null;
  const sum = places.reduce((all, place) => all + place, 0);
  if (words.length < 2) return sum;
  const whole = item.texts.findIndex((text) => phrase.test(text));
  return whole < 0 ? 3 + sum : whole;
}

/* Typing mistakes */

const vocabulary = new Map();
let read = 0;

/** All Latin words on the page, and how often each is used, as far as there is time. */
function wordsOf(items, hasTime = () => true) {
  for (; read < items.length && hasTime(); read += 1) {
    for (const [word] of items[read].texts.join(" ").matchAll(/[a-z][a-z0-9]{2,}/g)) {
      vocabulary.set(word, (vocabulary.get(word) ?? 0) + 1);
    }
  }
  return vocabulary;
}

/** The number of letters to add, leave out, change or swap with the next one to get from `one` to
    `other` (optimal string alignment). */
function mistakes(one, other) {
  let older = [], old = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const changed = old[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1);
      row[j] = Math.min(changed, old[j] + 1, row[j - 1] + 1);
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) {
        row[j] = Math.min(row[j], older[j - 2] + 1);
      }
    }
    [older, old] = [old, row];
  }
  return old[other.length];
}

/** The words of the page within `most` mistakes of `word`, the likeliest first. */
function alike(items, word, most) {
  const near = [];
  for (const [other, uses] of wordsOf(items)) {
    if (Math.abs(other.length - word.length) > most) continue;
    const count = mistakes(word, other);
    if (count <= most) near.push({ other, count, uses });
  }
  near.sort((one, other) => one.count - other.count || other.uses - one.uses);
  return near.map(({ other }) => other);
}

/** The search with each word that no card has put right, if it is one mistake away. */
function corrected(items, { words }) {
  const right = words.map((word) => {
    const typed = /^[a-z][a-z0-9]{3,}$/.test(word);
    if (!typed || items.some((item) => placeOf(item, word) >= 0)) return word;
    return alike(items, word, 1)[0] ?? word;
  });
  return { words: right, phrase: pattern(right) };
}

/** Words to search for instead of ones that find nothing together. */
function nearest(items, { words }) {
  const there = (word) => items.some((item) => placeOf(item, word) >= 0);
  const near = words.flatMap((word) => {
    if (words.length > 1 && there(word)) return [word];
    if (!word.match(HAN)) return alike(items, word, 2).filter((other) => other[0] === word[0]).slice(0, 2);
    for (let length = word.length - 1; length > 1; length -= 1) {
      for (let at = 0; at + length <= word.length; at += 1) {
        const part = word.slice(at, at + length);
        if (there(part)) return [part];
      }
    }
    return [];
  });
  return [...new Set(near)].slice(0, 4);
}
