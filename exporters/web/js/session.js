/* One session: what it asks, what was rated in it, and what it came to. */

const Session = (() => {
  // Seconds that a card takes, about. A new one is asked three times until it is learnt.
  const SECONDS = 15;

  let scope = {};
  // The cards to ask whether or not they are due; null if the schedule says what is asked.
  let listed = null;
  let rated = [];
  let started = 0;
  // New cards beyond the day's, and how many the day had room for at the beginning.
  let wished = 0, room = 0;

  function begin(now, choice, { list = null, more = 0 } = {}) {
    [scope, listed, rated, started, wished] = [choice, list && [...list], [], now, more];
    room = Math.max(0, Queue.limit(now) - Progress.met(now));
  }

  /** The choice, with what is left of the new cards beyond the day's. */
  function choice() {
    const met = rated.filter((one) => one.fresh).length;
    return { ...scope, more: Math.max(0, wished - Math.max(0, met - room)) };
  }

  function waiting(now) {
    return listed ? { steps: [], reviews: listed, fresh: [] } : Queue.waiting(now, choice());
  }

  function next(now, last) {
    return listed ? listed[0] : Queue.next(now, last, choice());
  }

  /** Drops a card that is not asked any more. */
  function drop(id) {
    if (listed) listed = listed.filter((other) => other !== id);
  }

  function note(id, rating, fresh) {
    drop(id);
    rated.push({ id, rating, fresh });
  }

  /** Takes the last rating back. */
  function takeBack(id) {
    if (rated.at(-1)?.id !== id) return;
    rated.pop();
    listed?.unshift(id);
  }

  const minutes = (seconds) => Math.max(1, Math.round(seconds / 60));
  const estimate = ({ steps, reviews, fresh }) =>
    minutes(SECONDS * (steps.length + reviews.length + 3 * fresh.length));
  const missed = () => [...new Set(rated.filter((one) => one.rating === 1).map((one) => one.id))];

  /** What a session came to: words for its end. */
  function sum(now) {
    const right = rated.filter((one) => one.rating > 1).length;
    return {
      cards: new Set(rated.map((one) => one.id)).size,
      minutes: minutes((now - started) / 1000),
      right: percent(right / Math.max(1, rated.length)),
      tomorrow: Queue.forecast(now, 2)[1],
    };
  }

  return { begin, waiting, next, drop, note, takeBack, estimate, missed, sum, count: () => rated.length };
})();
