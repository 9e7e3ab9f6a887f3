/* The order in which the cards of this page are asked, and the forecast. */

const Queue = (() => {
  let ids = [];
  // For the interview's plan and a wish: cards of more weight are asked first.
  let weights = {};

  function start() {
    const cards = pick(".card");
    ids = cards.map((card) => card.id);
    const weight = ({ dataset }) => ["core", "must"].indexOf(dataset.tier);
    weights = Object.fromEntries(cards.map((card) => [card.id, weight(card)]));
  }

  /** The ids of waiting cards among `chosen`: in a step of some minutes, reviews due today, and new
      ones, of which `more` than a day has room for. */
  function waiting(now, { chosen = ids, more = 0, coreFirst = false } = {}) {
    const steps = [], reviews = [], fresh = [];
    const tomorrow = Progress.dawn(now, 1);
    const room = Math.max(0, limit(now) - Progress.met(now)) + more;
    const today = Progress.day(now);
    for (const id of chosen) {
      const card = Progress.card(id);
      if (Progress.isAside(id, today)) continue;
      if (!card) fresh.push(id);
      else if (card.due < tomorrow) (card.phase === "review" ? reviews : steps).push(id);
    }
    const byDue = (a, b) => Progress.card(a).due - Progress.card(b).due;
    // Sorting is stable: cards of one weight stay in the order of the page.
    if (coreFirst || Plan.isOn(now)) fresh.sort((a, b) => weights[b] - weights[a]);
    return { steps: steps.sort(byDue), reviews: reviews.sort(byDue), fresh: fresh.slice(0, room) };
  }

  /** New cards a day: as many as the interview asks for, or as the learner wishes. */
  function limit(now) {
    return Plan.isOn(now) ? Plan.pace(now) : Progress.get("limit");
  }

  /** The next card: first steps that are due, then reviews, then new cards, then steps that are not
      due yet. Never the same card twice in a row while another one waits. */
  function next(now, last, choice) {
    const { steps, reviews, fresh } = waiting(now, choice);
    const over = steps.filter((id) => Progress.card(id).due <= now);
    const order = [...over, ...reviews, ...fresh, ...steps];
    return order.find((id) => id !== last) ?? order[0];
  }

  /** The number of cards due on each of the next `days` days; today includes overdue cards. */
  function forecast(now, days) {
    const counts = Array(days).fill(0);
    const ends = counts.map((_, index) => Progress.dawn(now, index + 1));
    for (const id of ids) {
      const due = Progress.card(id)?.due;
      const index = due === undefined ? -1 : ends.findIndex((end) => due < end);
      if (index >= 0) counts[index] += 1;
    }
    return counts;
  }

  /** Whether a card was forgotten in a third of its reviews or more. */
  function isWeak(id) {
    const card = Progress.card(id);
    return card !== undefined && card.again > 0 && card.again * 3 >= card.seen;
  }

  const unseen = () => ids.filter((id) => !Progress.card(id) && !Progress.aside(id).off);
  const suspended = () => ids.filter((id) => Progress.aside(id).off);
  return { start, waiting, next, limit, forecast, isWeak, unseen, suspended, ids: () => ids };
})();
