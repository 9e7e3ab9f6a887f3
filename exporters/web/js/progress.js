/* The learner's progress, kept in the browser's storage under the deck's key, by card id. The
   progress of cards that are not on this page is kept: another release may show them. */

const Progress = (() => {
  const FORMAT = 1;
  // New cards per day.
  const MOST = 9999;
  const MOST_EXAMS = 50;
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
    const [cards, days, aside] = Array.from({ length: 3 }, () => Object.create(null));
    return { format: FORMAT, deck: data.key, limit: 20, cards, days, plan: null, aside, exams: [], since: 0 };
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
    isDate(date) &&
    Date.parse(date) <= latest &&
    DAY.every((name) => isCount(counts?.[name])) &&
    counts.kept <= counts.asked;

  /** A plan towards an interview: its date, the day on which it was made, and how many cards were new
      then. */
  const isDate = (date) => typeof date === "string" && day(Date.parse(`${date}T12:00`)) === date;
  const isPlan = (plan) => isDate(plan?.date) && isDate(plan.from) && isCount(plan.fresh);

  /** What the learner wishes of a card: to see it again on a day, never, or flagged. */
  const isAside = (wish) =>
    isTable(wish) && (wish.until === undefined || isDate(wish.until)) &&
    [wish.off, wish.flag].every((on) => on === undefined || on === true);
  const isExam = (exam) =>
    isCount(exam?.at) && isCount(exam.count) && isCount(exam.right, exam.count) && Array.isArray(exam.missed);

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
    // A page from before there were these stored none of them.
    const { plan = null, since = 0, exams = [] } = raw;
    if (isPlan(plan)) found.plan = plan;
    else whole &&= plan === null;
    if (isCount(since)) found.since = since;
    else whole = false;
    take(found.exams, exams, isExam);
    found.exams = Object.values(found.exams).slice(-MOST_EXAMS);
    take(found.aside, raw.aside, isAside);
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
      if (event.key === KEY && look()) tell();
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
    const local = new Date(date - 60_000 * date.getTimezoneOffset());
    return isNaN(local) ? "" : local.toISOString().slice(0, 10);
  }

  /** The time since the last rating of a card. A review is due from the start of its day, perhaps
      before 24 hours have passed. FSRS would take that for the same day, so it counts as a day. */
  function rest({ phase, last }, now) {
    const another = phase === "review" && dawn(now) > dawn(last);
    return another ? Math.max(now - last, FSRS.DAY) : now - last;
  }

  /** The card with this id after a rating. */
  function after(id, card, rating, now) {
    const next = FSRS.review(card ?? null, rating, card ? rest(card, now) : 0);
    const { stability, difficulty, phase, step } = next;
    const days = next.wait / FSRS.DAY;
    const isReview = phase === "review";
    const wait = isReview ? fuzzed(days, LONGEST / FSRS.DAY, id, day(now)) * FSRS.DAY : next.wait;
    const seen = (card?.seen ?? 0) + 1;
    const again = (card?.again ?? 0) + (rating === 1 ? 1 : 0);
    return { stability, difficulty, phase, step, last: now, due: now + wait, seen, again };
  }

  /** Adds a rating to the counts of the day, or with `by` -1 removes it. */
  function count(to, card, rating, now, by) {
    const before = to.days[day(now)] ?? { fresh: 0, asked: 0, kept: 0 };
    const isReview = card?.phase === "review";
    const counts = { fresh: !card, asked: isReview, kept: isReview && rating > 1 };
    const added = DAY.map((name) => [name, Math.max(0, before[name] + by * counts[name])]);
    to.days[day(now)] = Object.fromEntries(added);
  }

  /** Rates a card. Returns a function that undoes the rating, unless another tab has rated the card
      since, and returns whether it did. */
  function rate(id, rating, now) {
    const befores = new Map();
    const seen = state.cards[id]?.last;
    change((to) => {
      const before = to.cards[id];
      // Another tab has rated it since: once is enough.
      if (before?.last !== seen) return;
      befores.set(to, before);
      count(to, before, rating, now, 1);
      to.cards[id] = after(id, before, rating, now);
    });
    navigator.storage?.persist?.().catch(() => {});
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

  /** Erases everything but the settings. What there was is kept until it is erased once more. */
  function clear() {
    keep(`${KEY}:cleared`, JSON.stringify(state));
    const { limit } = state;
    change((to) => Object.assign(to, empty(), { limit }));
  }

  function restore() {
    const { found } = parsed(recall(`${KEY}:cleared`), Number.MAX_SAFE_INTEGER);
    keep(`${KEY}:cleared`, "");
    change((to) => {
      merge(to, found);
      to.plan = found.plan;
    });
  }

  /** Reads what another tab may have stored, and returns whether it could. */
  function look() {
    if (pending > 0 || !lasting) return false;
    try {
      state = stored();
      return true;
    } catch {
      // The next change will notice.
      return false;
    }
  }

  /** Adds another state: the later review of a card wins. */
  function merge(to, other) {
    for (const [id, card] of Object.entries(other.cards)) {
      if (!to.cards[id] || to.cards[id].last < card.last) to.cards[id] = card;
    }
    for (const [date, counts] of Object.entries(other.days)) {
      const mine = to.days[date];
      const larger = (name) => [name, Math.max(counts[name], mine?.[name] ?? 0)];
      to.days[date] = Object.fromEntries(DAY.map(larger));
    }
    for (const [id, wish] of Object.entries(other.aside)) to.aside[id] ??= wish;
    const known = new Set(to.exams.map((exam) => exam.at));
    to.exams = [...to.exams, ...other.exams.filter((exam) => !known.has(exam.at))];
    to.exams = to.exams.sort((one, another) => one.at - another.at).slice(-MOST_EXAMS);
    to.plan ??= other.plan;
  }

  /** Imports an exported text. `asks` says whether its limit is to replace another one here. Throws
      the errors of `parsed`. */
  function take(text, asks) {
    // The limit is in the future, since clocks and time zones differ.
    const { found: other, whole } = parsed(text, Date.now() + 2 * FSRS.DAY);
    if (!whole) throw new Error("damaged");
    const limit = other.limit === state.limit || asks(other.limit) ? other.limit : state.limit;
    change((to) => {
      to.limit = limit;
      merge(to, other);
    });
    return Object.keys(other.cards).length;
  }

  return {
    start,
    rate,
    take,
    clear,
    restore,
    isCleared: () => Boolean(recall(`${KEY}:cleared`)),
    look,
    after,
    dawn,
    day,
    card: (id) => state.cards[id],
    /** How many new cards were met today. */
    met: (now) => state.days[day(now)]?.fresh ?? 0,
    /** The "limit", "plan", "exams" or "days"; "since" counts the sessions since the last export. */
    get: (name) => state[name],
    set: (name, value) => change((to) => (to[name] = value)),
    setLimit(limit) {
      const sound = Math.min(Math.max(Math.floor(limit), 0), MOST);
      change((to) => (to.limit = sound));
    },
    aside: (id) => state.aside[id] ?? {},
    /** Whether a card is not to be asked on a day. */
    isAside: (id, today) => state.aside[id]?.off || state.aside[id]?.until > today,
    setAside(id, wish) {
      change((to) => {
        const wishes = Object.entries({ ...to.aside[id], ...wish }).filter(([, value]) => value);
        if (wishes.length > 0) to.aside[id] = Object.fromEntries(wishes);
        else delete to.aside[id];
      });
    },
    addExam: (exam) => change((to) => (to.exams = [...to.exams, exam].slice(-MOST_EXAMS))),
    text: () => JSON.stringify(state, null, 1),
    trouble: () => trouble,
    watch: (listener) => (tell = listener),
  };
})();
