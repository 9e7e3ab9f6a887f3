/* The exam: its questions, its clock, its result and its history. It does not change the schedule.
   It is kept while it goes on, so that a reload does not end it. */

const Exam = (() => {
  const KEY = `deckpress:exam:${data.key}`;
  const MINUTE = 60_000;
  // The time for an answer that is spoken, as in an interview.
  const SPOKEN = 30_000;

  // { ids, marks, spoken, ends }: a spoken answer has a clock of its own.
  let exam = null;
  let clock = 0;

  function begin(chosen, count, spoken) {
    const ids = shuffled(chosen).slice(0, count);
    exam = { ids, marks: [], spoken, ends: Date.now() + (spoken ? SPOKEN : ids.length * MINUTE) };
    go();
  }

  function go() {
    Study.show("exam");
    clock = setInterval(tick, 500);
    tick();
    if (exam) askNext();
  }

  function tick() {
    const left = Math.max(0, Math.ceil((exam.ends - Date.now()) / 1000));
    const seconds = String(left % 60).padStart(2, "0");
    write("_clock", `${Math.floor(left / 60)}:${seconds}`);
    if (left > 0) return;
    if (exam.spoken) Study.revealAll();
    else finish();
  }

  function askNext() {
    const { ids, marks } = exam;
    if (marks.length === ids.length) return finish();
    keep(KEY, JSON.stringify(exam));
    write("_left", `${marks.length + 1} / ${ids.length}`);
    progressBar(marks.length, ids.length);
    byId("_undo").disabled = marks.length === 0;
    Study.ask(ids[marks.length]);
  }

  function again() {
    if (exam.spoken) exam.ends = Date.now() + SPOKEN;
    askNext();
    if (exam) tick();
  }

  function mark(right) {
    exam.marks.push(right);
    again();
  }

  /** Takes the last mark back, and asks its card again. */
  function takeBack() {
    if (exam.marks.length === 0) return;
    exam.marks.pop();
    again();
  }

  function pause() {
    clearInterval(clock);
  }

  function drop() {
    exam = null;
    pause();
    keep(KEY, "");
  }

  function finish() {
    const { ids, marks } = exam;
    const missed = ids.filter((_, index) => !marks[index]);
    const right = ids.length - missed.length;
    drop();
    Progress.addExam({ at: Date.now(), right, count: ids.length, missed });
    drawResult(ids, missed);
    Study.show("result");
    byId("_score").focus();
  }

  function drawResult(ids, missed) {
    const facts = ids.map((id) => [byId(id).dataset.section, [missed.includes(id) ? 0 : 1, 1]]);
    const rows = sums(facts).map(([section, [right, all]]) => row(titleOf(section), `${right} / ${all}`));
    byId("_by-section").replaceChildren(...rows);
    const links = missed.map((id) => {
      const link = make("a", { href: `#${id}` }, byId(id).querySelector("h3").textContent);
      on(link, "click", () => byId("_study").close());
      return make("li", {}, link);
    });
    byId("_missed-cards").replaceChildren(...links);
    byId("_missed-title").hidden = byId("_retry").hidden = missed.length === 0;
    write("_score", word("study-score", { right: ids.length - missed.length, count: ids.length }));
  }

  /** Ends an exam early; only the answered cards count. Returns whether there was one to end. */
  function stop() {
    if (!exam) return false;
    const { length } = exam.marks;
    if (length === 0) {
      drop();
      return false;
    }
    exam.ids.length = length;
    finish();
    return true;
  }

  /** Goes on with the exam that a reload has interrupted, if all its cards are still there. */
  function resume() {
    try {
      const { ids, marks, spoken, ends } = JSON.parse(recall(KEY) || "null") ?? {};
      if (!ids?.every((id) => Queue.ids().includes(id)) || !(marks.length < ids.length)) return;
      exam = { ids, marks, spoken, ends: spoken ? Date.now() + SPOKEN : Number(ends) };
    } catch {
      return;
    }
    byId("_study").showModal();
    go();
  }

  return { begin, mark, takeBack, stop, resume, pause };
})();
