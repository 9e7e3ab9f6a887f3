/* The study view: a dialog over the page with an overview, the cards one by one, and a result. */

const Study = (() => {
  const WELCOMED = "deckpress:welcomed";
  // Sessions after which the learner is reminded to export.
  const MANY = 10;

  // "home", "study", "exam" or "result".
  let mode = "home";
  // { id, sheet, shown, last }: `last` is when the card had been rated when it was asked.
  let current = null;
  // The last ratings with the functions that undo them, the latest one at the end.
  let undone = [];

  const view = () => byId("_study");
  const announce = (text) => write("_said", text);

  /** The time until a card comes back, in the short form of the page's language. */
  function span(wait) {
    const minutes = wait / 60_000, days = wait / FSRS.DAY;
    const [value, unit] =
      days < 1 ? [minutes, "minute"]
      : days < 30.5 ? [days, "day"]
      : days < 365 ? [days / 30.44, "month"]
      : [days / 365.25, "year"];
    const digits = unit === "year" || unit === "month" ? 1 : 0;
    const form = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits };
    return new Intl.NumberFormat(root.lang, form).format(value);
  }

  const allowUndo = () => (byId("_undo").disabled = undone.length === 0);

  function show(name) {
    mode = name;
    current = null;
    for (const part of pick("[data-view]", view())) {
      part.hidden = !part.matches(`[data-view~=${name}]`);
    }
    shutMenu();
    allowUndo();
    Exam.pause();
    if (name === "home") refresh();
    view().scrollTop = 0;
  }

  /** The day's waiting cards, of all and of the chosen ones. */
  function refresh() {
    const now = Date.now();
    write("_due", Object.values(Queue.waiting(now)).flat().length || "");
    if (!view().open) findWeak();
    const trouble = Progress.trouble();
    const reminder = Progress.get("since") >= MANY ? word("study-remind", { count: Progress.get("since") }) : "";
    const said = trouble ? word(`study-${trouble}`) : reminder;
    if (byId("_trouble").textContent !== said) byId("_trouble").textContent = said;
    if (mode !== "home" || !view().open) return;
    Scope.offer();
    outline(now);
    offer(byId("_limit"), Queue.limit(now));
    byId("_limit").disabled = Plan.isOn(now);
    offer(byId("_date"), Progress.get("plan")?.date ?? "");
    const count = Queue.suspended().length;
    byId("_unsuspend").hidden = !count;
    write("_unsuspend", word("study-unsuspend", { count }));
    write("_plan", Plan.said(now));
    byId("_welcome").hidden = recall(WELCOMED) !== null || Queue.unseen().length < Queue.ids().length;
    drawDashboard(now);
  }

  /** Shows a setting, but where the learner is just typing another one. */
  const offer = (field, value) => field.matches(":focus") || (field.value = value);

  /** What a session would ask, and how long it would take. */
  function outline(now) {
    const waiting = Queue.waiting(now, Scope.choice());
    const { steps, reviews, fresh } = waiting;
    const due = steps.length + reviews.length;
    write("_due-now", due);
    write("_fresh-now", fresh.length);
    write("_minutes", due + fresh.length ? word("study-minutes", { count: Session.estimate(waiting) }) : "");
    byId("_begin").disabled = due + fresh.length === 0 && !(Scope.isMissedOnly() && Scope.ids().length);
    byId("_begin-exam").disabled = Scope.ids().length === 0;
  }

  function enter() {
    if (!view().open) {
      view().showModal();
      Scope.offer(true);
    }
    byId("_end").hidden = true;
    show("home");
    (byId("_begin").disabled ? byId("_home") : byId("_begin")).focus();
  }

  /* One card */

  function ask(id) {
    const again = ((Progress.card(id)?.seen ?? 0) & 1) === 1;
    const written = byId("_typing").checked;
    const sheet = makeSheet(byId(id), { again, written }, reveal);
    current = { id, sheet, shown: false, last: Progress.card(id)?.last };
    byId("_stage").replaceChildren(sheet.element);
    byId("_ratings").hidden = byId("_marks").hidden = true;
    byId("_reveal").hidden = false;
    labelReveal();
    const { section, level } = byId(id).dataset;
    write("_section", titleOf(section) + (level ? ` · ${word(`level-${level}`)}` : ""));
    fillActions(id);
    view().scrollTop = 0;
    byId("_reveal").focus({ preventScroll: true });
  }

  function labelReveal() {
    const { sheet } = current;
    const key = sheet.left() > 0 ? "study-next" : sheet.choice?.many ? "study-check" : "show-answer";
    byId("_reveal").firstElementChild.textContent = word(key);
    byId("_reveal-all").hidden = sheet.left() < 2;
  }

  function reveal() {
    if (!current || current.shown) return;
    const { sheet } = current;
    current.shown = sheet.open();
    reachScrolling(sheet.element);
    const right = sheet.right();
    const verdict = right === null ? "study-shown" : right ? "right" : "wrong";
    announce(`${sheet.said()} ${current.shown ? word(verdict) : ""}`);
    if (!current.shown) return labelReveal();
    byId("_reveal").hidden = byId("_reveal-all").hidden = true;
    if (mode === "exam") {
      byId("_marks").hidden = false;
      byId(right === false ? "_missed" : "_knew").focus({ preventScroll: true });
      return;
    }
    const now = Date.now();
    for (const button of byId("_ratings").children) {
      const next = Progress.after(current.id, Progress.card(current.id), Number(button.value), now);
      button.querySelector(".wait").textContent = span(next.due - now);
    }
    byId("_ratings").hidden = false;
    byId("_ratings").children[right === false ? 0 : 2].focus({ preventScroll: true });
  }

  function revealAll() {
    while (current && !current.shown) reveal();
  }

  /* Studying */

  function begin(options = {}) {
    const list = options.list ?? (Scope.isMissedOnly() ? Scope.ids() : null);
    Session.begin(Date.now(), Scope.choice(), { ...options, list });
    show("study");
    proceed();
  }

  function proceed() {
    const now = Date.now();
    const { steps, reviews, fresh } = Session.waiting(now);
    const id = Session.next(now, current?.id);
    allowUndo();
    if (id === undefined) return end();
    const left = { fresh: fresh.length, learning: steps.length, due: reviews.length };
    write("_left", word("study-left", left));
    progressBar(Session.count(), Session.count() + left.fresh + left.learning + left.due);
    ask(id);
  }

  /** Ends a session, and says what it came to. */
  function end() {
    const done = Session.count() > 0;
    if (done) Progress.set("since", Progress.get("since") + 1);
    byId("_end").hidden = !done;
    show("home");
    const now = Date.now();
    if (done) write("_sum", word("study-sum", Session.sum(now)));
    byId("_again").hidden = Session.missed().length === 0;
    byId("_more").hidden = Queue.waiting(now, { ...Scope.choice(), more: 10 }).fresh.length === 0;
    announce(word(byId("_begin").disabled ? "study-done" : "study-paused"));
    byId(done ? "_end-title" : "_home").focus();
  }

  /** Leaves what is open: a session for its end, an exam for its result, the overview for the page. */
  function leave() {
    if (mode === "study") end();
    else if (mode === "home") view().close();
    else if (!Exam.stop()) enter();
  }

  /** Goes on to the next card if the current one was rated in another tab. */
  function lookAround() {
    if (mode !== "study" || !current || Progress.card(current.id)?.last === current.last) return false;
    Session.drop(current.id);
    proceed();
    announce(word("study-elsewhere"));
    return true;
  }

  function rate(rating) {
    if (!current?.shown || mode !== "study") return;
    const { id } = current;
    Progress.look();
    if (lookAround()) return;
    Session.note(id, rating, !Progress.card(id));
    keep(WELCOMED, "1");
    undone.push({ id, back: Progress.rate(id, rating, Date.now()) });
    proceed();
  }

  function undo() {
    if (mode === "exam") return Exam.takeBack();
    if (undone.length === 0 || !["study", "home"].includes(mode)) return;
    const { id, back } = undone.pop();
    if (!back()) {
      allowUndo();
      return announce(word("study-not-undone"));
    }
    Session.takeBack(id);
    show("study");
    proceed();
    // If the daily limit is used up, no card is asked.
    if (mode === "study") ask(id);
    announce(word("study-undone"));
  }

  function mark(right) {
    if (current?.shown && mode === "exam") Exam.mark(right);
  }

  /* What can be done with the card that is asked */

  /** Closes the menu; returns whether it was open. */
  function shutMenu() {
    const { open } = byId("_actions");
    byId("_actions").open = false;
    return open;
  }

  function fillActions(id) {
    const { flag } = Progress.aside(id);
    byId("_flag").ariaPressed = flag === true;
    byId("_bury").hidden = byId("_suspend").hidden = mode !== "study";
    const report = byId("_report");
    if (report?.search.startsWith("?title=")) report.search = `?title=${id}`;
  }

  const ACTIONS = {
    _bury: (id) => put(id, { until: Progress.day(Progress.dawn(Date.now(), 1).getTime()) }, "study-buried"),
    _suspend: (id) => put(id, { off: true }, "study-suspended"),
    _flag(id) {
      Progress.setAside(id, { flag: !Progress.aside(id).flag });
      fillActions(id);
      markStates();
    },
    _visit(id) {
      view().close();
      location.hash = id;
      window.reveal(location.hash);
    },
    async _link(id) {
      const address = `${location.href.split(/[?#]/)[0]}#${id}`;
      announce((await copied(address)) ? word("copied") : address);
    },
  };

  /** Puts the card aside, which can be undone, and goes on. */
  function put(id, wish, said) {
    const before = Progress.aside(id);
    Progress.setAside(id, wish);
    Session.drop(id);
    const none = { until: undefined, off: undefined };
    undone.push({ id, back: () => (Progress.setAside(id, { ...none, ...before }), true) });
    proceed();
    announce(word(said));
  }

  const BUTTONS = {
    "_open-study": enter,
    _close: leave,
    _begin: () => begin(),
    _more: () => begin({ more: 10 }),
    _again: () => begin({ list: Session.missed() }),
    _reveal: reveal,
    "_reveal-all": revealAll,
    _undo: undo,
    "_begin-exam": () => beginExam(Scope.ids(), Number(byId("_questions").value)),
    _retry() {
      const { missed } = Progress.get("exams").at(-1);
      beginExam(missed.filter(byId), missed.length);
    },
    _knew: () => mark(true),
    _missed: () => mark(false),
    _help: () => byId("_keys").showModal(),
    "_keys-close": () => byId("_keys").close(),
    _unsuspend() {
      for (const id of Queue.suspended()) Progress.setAside(id, { off: undefined });
      refresh();
    },
    "_welcome-close"() {
      keep(WELCOMED, "1");
      byId("_welcome").hidden = true;
      byId("_begin").focus();
    },
  };
  const beginExam = (ids, count) => Exam.begin(ids, count, byId("_spoken").checked);

  function start() {
    Progress.watch(() => {
      if (!lookAround()) refresh();
      markStates();
    });
    // A new day may have begun while the page was open.
    for (const event of ["focus", "visibilitychange"]) addEventListener(event, refresh);
    on("_study", "cancel", (event) => {
      if (shutMenu() || Exam.stop()) event.preventDefault();
    });
    on("_study", "click", ({ target }) => target.closest("#_actions") || shutMenu());
    on("_scope", "change", () => outline(Date.now()));
    on("_date", "change", ({ target }) => {
      Plan.make(target.value, Date.now());
      refresh();
    });
    keepBox("_core-first", refresh);
    keepBox("_typing", refresh);
    on("_limit", "change", ({ target }) => {
      if (target.value) Progress.setLimit(target.valueAsNumber);
      refresh();
      target.value = Progress.get("limit");
    });
    for (const button of byId("_ratings").children) {
      on(button, "click", () => rate(Number(button.value)));
    }
    for (const [id, action] of Object.entries(BUTTONS)) on(id, "click", action);
    for (const [id, action] of Object.entries(ACTIONS)) {
      on(id, "click", () => {
        shutMenu();
        if (current) action(current.id);
      });
    }
    on("_study", "close", () => show("home"));
    startTransfer(refresh);
    Exam.resume();
  }

  /** Handles a key in the open study view; returns whether the key had a meaning. */
  function press(key) {
    const digit = Number(key);
    if (key === "u") undo();
    else if (!current) return false;
    else if (key === " ") {
      if (!current.shown) reveal();
      else if (mode === "exam") mark(current.sheet.right() !== false);
      else rate(3);
    } else if (!(digit >= 1)) return false;
    else if (!current.shown) byId("_stage").querySelectorAll(".option button")[digit - 1]?.click();
    else if (mode === "exam") mark(digit > 1);
    else if (digit <= 4) rate(digit);
    else return false;
    return true;
  }

  return { start, press, show, ask, revealAll, isOpen: () => view().open };
})();
