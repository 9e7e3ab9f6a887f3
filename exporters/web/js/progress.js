/* The learner's progress, kept in the browser's storage under the deck's key, by card id. The
   progress of cards that are not on this page is kept: another release may show them. */

const Progress = (() => {
  const FORMAT = 1;
  // New cards per day.
  const MOST = 9999;
  const KEY = `deckpress:progress:${data.key}`;
  // The phases of a card, and how many steps each has.
  const STEPS = new Map([["learning", 2], ["review", 1], ["relearning", 1]]);
  const DAY = ["fresh", "asked", "kept"];
  const LONGEST = 36_500 * FSRS.DAY;
  // As in Anki, a new day starts at 4 in the morning, so a late evening belongs to the day before.
  const TURN = 4;

  let state = empty();
  let lasting = true;
  let trouble = "";
  let pending = 0;
  let tell = () => {};

  function empty() {
    // Objects without a prototype: a card may have the id "constructor".
    const [cards, days] = [Object.create(null), Object.create(null)];
    return { format: FORMAT, deck: data.key, limit: 20, cards, days };
  }

  const isTable = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const within = (value, least, most) =>
    typeof value === "number" && value >= least && value <= most;
  const isCount = (value, most = Infinity) => Number.isInteger(value) && within(value, 0, most);

  /** Whether `card` is a valid state of a card that was last rated at `latest` or earlier. */
  const isCard = (card, latest) =>
    within(card?.stability, 0.001, 1e6) &&
    within(card.difficulty, 1, 10) &&
    isCount(card.step, STEPS.get(card.phase) - 1) &&
    within(card.last, 0, latest) &&
    within(card.due, card.last, card.last + LONGEST) &&
    isCount(card.seen) &&
    isCount(card.again, card.seen);

  const isDay = (date, counts, latest) =>
    day(Date.parse(`${date}T12:00`)) === date &&
    Date.parse(date) <= latest &&
    DAY.every((name) => isCount(counts?.[name])) &&
    counts.kept <= counts.asked;

  /** The valid part of the state in `text`, and whether all of it is valid. A card that was rated
      after `latest` is not. Throws "damaged", "foreign" (of another deck) or "newer". */
  function parsed(text, latest) {
    let raw;
    try {
      raw = JSON.parse(text);
    } catch {
      throw new Error("damaged");
    }
    if (raw?.deck !== data.key) throw new Error("foreign");
    if (raw.format > FORMAT) throw new Error("newer");
    if (raw.format !== FORMAT) throw new Error("damaged");
    const found = empty();
    let whole = isCount(raw.limit, MOST) && isTable(raw.cards) && isTable(raw.days);
    const take = (to, from, isSound) => {
      for (const [name, value] of Object.entries(from ?? {})) {
        if (isSound(value, name)) to[name] = value;
        else whole = false;
      }
    };
    if (isCount(raw.limit, MOST)) found.limit = raw.limit;
    take(found.cards, raw.cards, (card) => isCard(card, latest));
    take(found.days, raw.days, (counts, date) => isDay(date, counts, latest));
    return { found, whole };
  }

  /** The stored state. A text that cannot be read completely is put aside, never thrown away. */
  function stored() {
    const text = localStorage.getItem(KEY);
    if (text === null) return empty();
    let read = { found: empty() };
    try {
      // No limit: the clock may have been set back since a card was rated.
      read = parsed(text, Number.MAX_SAFE_INTEGER);
      if (read.whole) return read.found;
      trouble = "mended";
    } catch (error) {
      if (error.message === "newer") throw error;
      trouble = "damaged";
    }
    let aside = `${KEY}:damaged`;
    while ((localStorage.getItem(aside) ?? text) !== text) aside += "+";
    localStorage.setItem(aside, text);
    localStorage.setItem(KEY, JSON.stringify(read.found));
    return read.found;
  }

  /** Stops storing, because of an error. */
  function fail({ message }) {
    lasting = false;
    trouble = message === "newer" ? message : "unkept";
  }

  function start() {
    try {
      localStorage.setItem(`${KEY}:probe`, "");
      localStorage.removeItem(`${KEY}:probe`);
      state = stored();
    } catch (error) {
      fail(error);
    }
    addEventListener("storage", (event) => {
      if (event.key !== KEY || pending > 0 || !lasting) return;
      try {
        state = stored();
      } catch {
        // If storage does not work, the next change will notice.
        return;
      }
      tell();
    });
  }

  /** Applies a change to the state of this tab, and to the stored state, which another tab may have
      changed. `apply` is called with each of them. */
  function change(apply) {
    apply(state);
    pending += 1;
    const commit = () => {
      pending -= 1;
      if (!lasting) return;
      try {
        const fresh = stored();
        apply(fresh);
        localStorage.setItem(KEY, JSON.stringify(fresh));
        if (pending === 0) state = fresh;
      } catch (error) {
        fail(error);
      }
      tell();
    };
    if (navigator.locks) navigator.locks.request(KEY, commit).catch(commit);
    else commit();
  }

  /** The start of the learner's day that contains `time`, or of the day `days` later. */
  function dawn(time, days = 0) {
    const date = new Date(time);
    date.setHours(date.getHours() - TURN);
    return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days, TURN);
  }

  /** The learner's day that contains `time`, such as 2026-11-24. */
  function day(time) {
    const date = dawn(time);
    const two = (number) => String(number).padStart(2, "0");
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  }

  /** The time since the last rating of a card. A review is due from the start of its day, perhaps
      before 24 hours have passed. FSRS would take that for the same day, so it counts as a day. */
  function rest({ phase, last }, now) {
    const another = phase === "review" && dawn(now) > dawn(last);
    return another ? Math.max(now - last, FSRS.DAY) : now - last;
  }

  function after(card, rating, now) {
    const next = FSRS.review(card ?? null, rating, card ? rest(card, now) : 0);
    const { stability, difficulty, phase, step, wait } = next;
    const seen = (card?.seen ?? 0) + 1;
    const again = (card?.again ?? 0) + (rating === 1 ? 1 : 0);
    return { stability, difficulty, phase, step, last: now, due: now + wait, seen, again };
  }

  /** Adds a rating to the counts of the day, or with `by` -1 removes it. */
  function count(to, card, rating, now, by) {
    const today = { ...(to.days[day(now)] ?? { fresh: 0, asked: 0, kept: 0 }) };
    if (!card) today.fresh = Math.max(0, today.fresh + by);
    if (card?.phase === "review") {
      today.asked = Math.max(0, today.asked + by);
      if (rating > 1) today.kept = Math.max(0, today.kept + by);
    }
    to.days[day(now)] = today;
  }

  /** Rates a card. Returns a function that undoes the rating, unless another tab has rated the card
      since, and returns whether it did. */
  function rate(id, rating, now) {
    const befores = new Map();
    const seen = state.cards[id]?.last;
    change((to) => {
      const before = to.cards[id];
      if (before?.last > now && before.last !== seen) return;
      befores.set(to, before);
      count(to, before, rating, now, 1);
      to.cards[id] = after(before, rating, now);
    });
    const [before] = befores.values();
    const isLast = ({ cards }) => cards[id]?.last === now;
    return () => {
      const known = isLast(state);
      change((to) => {
        if (!isLast(to)) return;
        count(to, before, rating, now, -1);
        if (before) to.cards[id] = before;
        else delete to.cards[id];
      });
      return known;
    };
  }

  /** Imports an exported text; the later review of a card wins. Throws the errors of `parsed`. */
  function take(text) {
    // The limit is in the future, since clocks and time zones differ.
    const { found: other, whole } = parsed(text, Date.now() + 2 * FSRS.DAY);
    if (!whole) throw new Error("damaged");
    change((to) => {
      to.limit = other.limit;
      for (const [id, card] of Object.entries(other.cards)) {
        if (!to.cards[id] || to.cards[id].last < card.last) to.cards[id] = card;
      }
      for (const [date, counts] of Object.entries(other.days)) {
        const mine = to.days[date];
        const larger = (name) => [name, Math.max(counts[name], mine?.[name] ?? 0)];
        to.days[date] = Object.fromEntries(DAY.map(larger));
      }
    });
    return Object.keys(other.cards).length;
  }

  return {
    start,
    rate,
    take,
    after,
    dawn,
    day,
    card: (id) => state.cards[id],
    today: (now) => state.days[day(now)],
    days: () => state.days,
    limit: () => state.limit,
    setLimit(limit) {
      const sound = Math.min(Math.max(Math.floor(limit), 0), MOST);
      change((to) => (to.limit = sound));
    },
    text: () => JSON.stringify(state, null, 1),
    trouble: () => trouble,
    watch: (listener) => (tell = listener),
  };
})();
