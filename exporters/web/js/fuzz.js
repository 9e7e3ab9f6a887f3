/* Spreads reviews over some days, as Anki and the fsrs package do: cards that were learnt on one day
   do not all come back on one day. Which day is decided by the card and the day, not by chance.
   https://github.com/open-spaced-repetition/py-fsrs (FUZZ_RANGES) */

const RANGES = [
  [2.5, 7, 0.15],
  [7, 20, 0.1],
  [20, Infinity, 0.05],
];

/** The least and the most days that may stand for `days`. */
function fuzzRange(days, most) {
  if (days < 2.5) return [days, days];
  const parts = RANGES.map(([from, to, share]) => share * Math.max(0, Math.min(days, to) - from));
  const spread = parts.reduce((sum, part) => sum + part, 1);
  const high = Math.min(Math.round(days + spread), most);
  return [Math.min(Math.max(2, Math.round(days - spread)), high), high];
}

/** A number from 0 up to 1 that follows from a text (FNV-1a, with its bits mixed once more). */
function chanceOf(text) {
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

/** The days after which a card comes back, in the place of `days`. */
function fuzzed(days, most, id, today) {
  const [low, high] = fuzzRange(days, most);
  return low + Math.floor(chanceOf(`${id} ${today}`) * (high - low + 1));
}
