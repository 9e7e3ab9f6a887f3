/* Which card is asked next, and what lies ahead. The cards are those of this page. */

const Queue = (() => {
  let ids = [];

  function start() {
    ids = Array.from(document.querySelectorAll(".card"), (card) => card.id);
  }

  /** Ids by what they wait for: a step of some minutes, a review by tonight, a first time. */
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

  /** Steps whose minutes are over, then reviews, then new cards; a step ahead of its time where
      nothing else is left. Never the same card twice while another waits. */
  function next(now, last) {
    const { steps, reviews, fresh } = waiting(now);
    const over = steps.filter((id) => Progress.card(id).due <= now);
    const order = [...over, ...reviews, ...fresh, ...steps];
    return order.find((id) => id !== last) ?? order[0];
  }

  /** How many cards come due on each of the next `days` days; today's are those left over too. */
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

  /** Whether a card was forgotten at every third time or more often. */
  function isWeak(id) {
    const card = Progress.card(id);
    return card !== undefined && card.again > 0 && card.again * 3 >= card.seen;
  }

  return { start, waiting, next, forecast, isWeak, ids: () => ids };
})();
