/* The scheduler: FSRS-6 with its published default parameters and a desired retention of 90 %. The
   steps are 1 and 10 minutes for a new card and 10 minutes for a forgotten one.
   https://github.com/open-spaced-repetition/fsrs4anki/wiki/The-Algorithm

   The functions are pure. All times are durations in milliseconds. */

const FSRS = (() => {
  const W = [
    0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796, 1.4835,
    0.0614, 0.2629, 1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542,
  ];
  const AGAIN = 1, HARD = 2, EASY = 4;
  const MINUTE = 60_000, DAY = 86_400_000;
  const STEPS = { learning: [MINUTE, 10 * MINUTE], relearning: [10 * MINUTE] };
  const LONGEST = 36_500;
  const DECAY = -W[20];
  const FACTOR = 0.9 ** (1 / DECAY) - 1;

  /** The probability that a card is known after `elapsed`. FSRS counts whole days. */
  function recall({ stability }, elapsed) {
    return (1 + (FACTOR * Math.floor(Math.max(0, elapsed) / DAY)) / stability) ** DECAY;
  }

  const within = (value) => Math.min(Math.max(value, 1), 10);
  const firstDifficulty = (rating) => W[4] - Math.exp(W[5] * (rating - 1)) + 1;

  function difficultyAfter(difficulty, rating) {
    const moved = difficulty - (W[6] * (rating - 3) * (10 - difficulty)) / 9;
    return within(W[7] * firstDifficulty(EASY) + (1 - W[7]) * moved);
  }

  function sameDay(stability, rating) {
    const growth = Math.exp(W[17] * (rating - 3 + W[18])) * stability ** -W[19];
    return stability * (rating === AGAIN ? growth : Math.max(growth, 1));
  }

  function forgotten({ stability, difficulty }, known) {
    const long =
      W[11] * difficulty ** -W[12] * ((stability + 1) ** W[13] - 1) * Math.exp((1 - known) * W[14]);
    return Math.min(long, stability / Math.exp(W[17] * W[18]));
  }

  function remembered({ stability, difficulty }, known, rating) {
    const effort = rating === HARD ? W[15] : rating === EASY ? W[16] : 1;
    const growth = Math.exp(W[8]) * (11 - difficulty) * stability ** -W[9];
    return stability * (1 + growth * (Math.exp((1 - known) * W[10]) - 1) * effort);
  }

  function stabilityAfter(memory, rating, elapsed) {
    if (elapsed < DAY) return sameDay(memory.stability, rating);
    const known = recall(memory, elapsed);
    return rating === AGAIN ? forgotten(memory, known) : remembered(memory, known, rating);
  }

  /** The phase and step after a rating, with the `wait` of that step if it has one. */
  function next({ phase, step }, rating) {
    if (phase === "review" && rating !== AGAIN) return { phase, step: 0 };
    const entered = phase === "review" ? "relearning" : phase;
    const steps = STEPS[entered];
    if (rating === AGAIN) return { phase: entered, step: 0, wait: steps[0] };
    if (rating === HARD) {
      const first = steps.length > 1 ? (steps[0] + steps[1]) / 2 : steps[0] * 1.5;
      return { phase, step, wait: step === 0 ? first : steps[step] };
    }
    if (rating === EASY || step + 1 >= steps.length) return { phase: "review", step: 0 };
    return { phase, step: step + 1, wait: steps[step + 1] };
  }

  /** The memory state after a rating from 1 (again) to 4 (easy), given `elapsed` after the last
      one; `memory` is null for a new card. `wait` is the time until the card is asked again. */
  function review(memory, rating, elapsed) {
    const before = memory ?? { phase: "learning", step: 0 };
    const stability = memory ? stabilityAfter(memory, rating, elapsed) : W[rating - 1];
    const difficulty = memory
      ? difficultyAfter(memory.difficulty, rating)
      : within(firstDifficulty(rating));
    const kept = Math.max(stability, 0.001);
    // At a desired retention of 90 %, the interval is the stability itself, in whole days.
    const days = Math.min(Math.max(Math.round(kept), 1), LONGEST);
    return { stability: kept, difficulty, wait: days * DAY, ...next(before, rating) };
  }

  return { review, recall, DAY };
})();
