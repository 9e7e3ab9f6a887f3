/* The order in which the cards of this page are asked, and the forecast. */

const Queue = (() => {
  let ids = [];

  function start() {
    ids = Array.from(document.querySelectorAll(".card"), (card) => card.id);
  }

  /** The ids of waiting cards: in a step of some minutes, reviews due today, and new ones. */
  function waiting(now) {
    const steps = [], reviews = [], fresh = [];
    const tomorrow = Progress.dawn(now, 1);
    const room = Math.max(0, Progress.limit() - (Progress.today(now)?.fresh ?? 0));
    for (const id of ids) {
      const card = Progress.card(id);
      if (!card) fresh.push(id);
      else if (card.due < tomorrow) (card.phase === "review" ? reviews : steps).push(id);
    }
    const byDue = (a, b) => Progress.card(a).due - Progress.card(b).due;
    return { steps: steps.sort(byDue), reviews: reviews.sort(byDue), fresh: fresh.slice(0, room) };
  }

  /** The next card: first steps that are due, then reviews, then new cards, then steps that are not
      due yet. Never the same card twice in a row while another one waits. */
  function next(now, last) {
    const { steps, reviews, fresh } = waiting(now);
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

  return { start, waiting, next, forecast, isWeak, ids: () => ids };
})();
