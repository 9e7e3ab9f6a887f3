/* The plan towards the interview: how many new cards a day, and how much is ready. */

const Plan = (() => {
  /** The days left for new cards: from today on, without the day of the interview. */
  function daysBetween(from, date) {
    return Math.round((Date.parse(date) - Date.parse(from)) / FSRS.DAY);
  }

  const left = (now) => daysBetween(Progress.day(now), Progress.get("plan").date);
  const isOn = (now) => Progress.get("plan") !== null && left(now) > 0;
  const isOver = (now) => Progress.get("plan") !== null && left(now) < 0;

  /** New cards a day, so that the last one is met on the day before the interview. */
  function pace(now) {
    const unseen = Queue.unseen().length;
    return unseen && Math.ceil((unseen + Progress.met(now)) / Math.max(1, left(now)));
  }

  /** How many cards a day more than when the plan was made. */
  function behind(now) {
    const { from, date, fresh } = Progress.get("plan");
    return Math.max(0, pace(now) - Math.ceil(fresh / Math.max(1, daysBetween(from, date))));
  }

  /** The share of the cards that will be known on the day of the interview, if no more is learnt. */
  function ready() {
    const day = Date.parse(`${Progress.get("plan").date}T12:00`);
    const known = Queue.ids().map((id) => {
      const card = Progress.card(id);
      return card ? FSRS.recall(card, day - card.last) : 0;
    });
    return known.reduce((sum, share) => sum + share, 0) / Math.max(1, known.length);
  }

  /** Makes a plan for an interview on `date`, or none for an empty one. */
  function make(date, now) {
    const fresh = Queue.unseen().length + Progress.met(now);
    Progress.set("plan", date ? { date, from: Progress.day(now), fresh } : null);
  }

  /** What the overview says of it. */
  function said(now) {
    if (!Progress.get("plan")) return "";
    if (isOver(now)) return word("plan-over");
    const more = behind(now);
    const course = more > 0 ? word("plan-behind", { count: more }) : word("plan-on-course");
    return word("plan-said", { ready: percent(ready()), course, pace: isOn(now) ? pace(now) : 0, days: left(now) });
  }

  return { isOn, pace, make, said };
})();
