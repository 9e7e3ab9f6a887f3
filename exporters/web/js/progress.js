/* What the learner knows, by the deck's key and the cards' ids, in the browser's storage.
   Cards that are not on this page stay in it untouched: another release may show them. */

const Progress = (() => {
  const FORMAT = 1;
  const KEY = `deckpress:progress:${data.key}`;
  const PHASES = ["learning", "review", "relearning"];
  const CARD = ["stability", "difficulty", "step", "last", "due", "seen", "again"];
  const DAY = ["fresh", "asked", "kept"];

  let state = empty();
  let lasting = true;
  let trouble = "";
  let pending = 0;
  let tell = () => {};

  // Tables without a prototype: a card may be called "constructor".
  function table(entries = {}) {
    return Object.assign(Object.create(null), entries);
  }

  function empty() {
    return { format: FORMAT, deck: data.key, limit: 20, cards: table(), days: table() };
  }

  const isTable = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const isNumbers = (value, names) =>
    isTable(value) && names.every((name) => Number.isFinite(value[name]) && value[name] >= 0);
  const isCard = (value) =>
    isNumbers(value, CARD) && PHASES.includes(value.phase) && value.stability > 0;

  /** The state that a text holds. Throws "damaged", "foreign" (not of this deck) or "newer". */
  function parsed(text) {
    let raw;
    try {
      raw = JSON.parse(text);
    } catch {
      throw new Error("damaged");
    }
    if (!isTable(raw) || raw.deck !== data.key) throw new Error("foreign");
    if (raw.format > FORMAT) throw new Error("newer");
    const whole =
      raw.format === FORMAT &&
      isNumbers(raw, ["limit"]) &&
      isTable(raw.cards) &&
      Object.values(raw.cards).every(isCard) &&
      isTable(raw.days) &&
      Object.values(raw.days).every((day) => isNumbers(day, DAY));
    if (!whole) throw new Error("damaged");
    return { ...empty(), limit: raw.limit, cards: table(raw.cards), days: table(raw.days) };
  }

  function stored() {
    const text = localStorage.getItem(KEY);
    return text === null ? empty() : parsed(text);
  }

  function start() {
    try {
      localStorage.setItem(`${KEY}:probe`, "");
      localStorage.removeItem(`${KEY}:probe`);
      state = stored();
    } catch (error) {
      trouble = ["damaged", "newer"].includes(error.message) ? error.message : "unkept";
      lasting = trouble === "damaged";
      // What cannot be read is put aside, never thrown away.
      if (lasting) {
        localStorage.setItem(`${KEY}:damaged`, localStorage.getItem(KEY));
        localStorage.removeItem(KEY);
      }
    }
    addEventListener("storage", (event) => {
      if (event.key !== KEY || pending > 0 || !lasting) return;
      try {
        state = stored();
      } catch {
        return; // the next change will find out
      }
      tell();
    });
  }

  /** Applies a change at once here, and then to what is stored by now: another tab may have been
      there. `apply` is called with each of both. */
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
      } catch {
        lasting = false;
        trouble = "unkept";
      }
      tell();
    };
    if (navigator.locks) navigator.locks.request(KEY, commit).catch(commit);
    else commit();
  }

  /** The day of a moment where the learner is: 2026-11-24. */
  function day(time) {
    const date = new Date(time);
    const two = (number) => String(number).padStart(2, "0");
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  }

  function after(card, rating, now) {
    const next = FSRS.review(card ?? null, rating, card ? now - card.last : 0);
    const { stability, difficulty, phase, step, wait } = next;
    const seen = (card?.seen ?? 0) + 1;
    const again = (card?.again ?? 0) + (rating === 1 ? 1 : 0);
    return { stability, difficulty, phase, step, last: now, due: now + wait, seen, again };
  }

  /** Adds a rating to the day's counts, or with `by` -1 takes it away again. */
  function count(to, card, rating, now, by) {
    const today = { ...(to.days[day(now)] ?? { fresh: 0, asked: 0, kept: 0 }) };
    if (!card) today.fresh = Math.max(0, today.fresh + by);
    if (card?.phase === "review") {
      today.asked = Math.max(0, today.asked + by);
      if (rating > 1) today.kept = Math.max(0, today.kept + by);
    }
    to.days[day(now)] = today;
  }

  /** Rates a card. Returns what takes it back, as long as no other tab has rated it since. */
  function rate(id, rating, now) {
    const befores = new Map();
    change((to) => {
      const before = to.cards[id];
      if (before && before.last > now) return;
      befores.set(to, before);
      count(to, before, rating, now, 1);
      to.cards[id] = after(before, rating, now);
    });
    const [known] = befores.values();
    return () =>
      change((to) => {
        if (to.cards[id]?.last !== now) return;
        count(to, known, rating, now, -1);
        if (known) to.cards[id] = known;
        else delete to.cards[id];
      });
  }

  /** Takes in an exported text: of each card what was reviewed last. Throws as `parsed` does. */
  function take(text) {
    const other = parsed(text);
    change((to) => {
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
    day,
    card: (id) => state.cards[id],
    today: (now) => state.days[day(now)],
    days: () => state.days,
    limit: () => state.limit,
    setLimit: (limit) => change((to) => (to.limit = limit)),
    text: () => JSON.stringify(state, null, 1),
    trouble: () => trouble,
    watch: (listener) => (tell = listener),
  };
})();
