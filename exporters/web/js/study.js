/* The study view: a dialog over the page with an overview, the cards one by one, and a result. */

const Study = (() => {
  // "home", "study", "exam" or "result".
  let mode = "home";
  // { id, sheet, shown }
  let current = null;
  // The last ratings with the functions that undo them, the latest one at the end.
  let undone = [];
  // { ids, marks, ends }
  let exam = null;
  let clock = 0;

  const view = () => byId("_study");
  const announce = (text) => (byId("_said").textContent = text);

  /** The time until a card comes back, in the short form of the page's language. */
  function span(wait) {
    const minutes = wait / 60_000, days = wait / FSRS.DAY;
    const [value, unit] =
      minutes < 60 ? [minutes, "minute"]
      : days < 1 ? [minutes / 60, "hour"]
      : days < 30.5 ? [days, "day"]
      : days < 365 ? [days / 30.44, "month"]
      : [days / 365.25, "year"];
    const digits = unit === "year" || unit === "month" ? 1 : 0;
    const form = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits };
    return new Intl.NumberFormat(root.lang, form).format(value);
  }

  function show(name) {
    mode = name;
    current = null;
    for (const part of view().querySelectorAll("[data-view]")) {
      part.hidden = !part.matches(`[data-view~=${name}]`);
    }
    clearInterval(clock);
    if (name === "home") refresh();
    view().scrollTop = 0;
  }

  function refresh() {
    const { steps, reviews, fresh } = Queue.waiting(Date.now());
    const due = steps.length + reviews.length;
    byId("_due").textContent = due + fresh.length || "";
    if (!view().open) findWeak();
    const trouble = Progress.trouble();
    const said = trouble && word(`study-${trouble}`);
    if (byId("_trouble").textContent !== said) byId("_trouble").textContent = said;
    if (mode !== "home") return;
    byId("_due-now").textContent = due;
    byId("_fresh-now").textContent = fresh.length;
    byId("_begin").disabled = due + fresh.length === 0;
    byId("_limit").value = Progress.limit();
    drawDashboard(Date.now());
  }

  function enter() {
    if (!view().open) view().showModal();
    show("home");
    (byId("_begin").disabled ? byId("_home") : byId("_begin")).focus();
  }

  /* One card */

  function ask(id) {
    const turned = ((Progress.card(id)?.seen ?? 0) & 1) === 1;
    current = { id, sheet: makeSheet(byId(id), turned, reveal), shown: false };
    byId("_stage").replaceChildren(current.sheet.element);
    byId("_ratings").hidden = byId("_marks").hidden = true;
    byId("_reveal").hidden = false;
    labelReveal();
    byId("_section").textContent = titleOf(sectionOf(id));
    view().scrollTop = 0;
    byId("_reveal").focus({ preventScroll: true });
  }

  function labelReveal() {
    const { sheet } = current;
    const multiple = sheet.choice?.many;
    const key = sheet.left() > 0 ? "study-next" : multiple ? "study-check" : "show-answer";
    byId("_reveal").firstElementChild.textContent = word(key);
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
    byId("_reveal").hidden = true;
    if (mode === "exam") {
      byId("_marks").hidden = false;
      byId(right === false ? "_missed" : "_knew").focus({ preventScroll: true });
      return;
    }
    const now = Date.now();
    for (const button of byId("_ratings").children) {
      const next = Progress.after(Progress.card(current.id), Number(button.value), now);
      button.querySelector(".wait").textContent = span(next.due - now);
    }
    byId("_ratings").hidden = false;
    byId("_ratings").children[right === false ? 0 : 2].focus({ preventScroll: true });
  }

  /* Studying */

  function begin() {
    show("study");
    proceed();
  }

  function proceed() {
    const now = Date.now();
    const { steps, reviews, fresh } = Queue.waiting(now);
    const id = Queue.next(now, current?.id);
    byId("_undo").disabled = undone.length === 0;
    if (id === undefined) {
      show("home");
      announce(word("study-done"));
      byId("_home").focus();
      return;
    }
    const holes = { due: steps.length + reviews.length, fresh: fresh.length };
    byId("_left").textContent = word("study-left", holes);
    ask(id);
  }

  function rate(rating) {
    if (!current?.shown || mode !== "study") return;
    undone.push({ id: current.id, back: Progress.rate(current.id, rating, Date.now()) });
    proceed();
  }

  function undo() {
    if (undone.length === 0 || !["study", "home"].includes(mode)) return;
    const { id, back } = undone.pop();
    if (!back()) {
      byId("_undo").disabled = undone.length === 0;
      return announce(word("study-not-undone"));
    }
    show("study");
    proceed();
    // If the daily limit is used up, no card is asked.
    if (mode === "study") ask(id);
    announce(word("study-undone"));
  }

  /* The exam. It does not change the schedule. */

  const sectionOf = (id) => byId(id).dataset.section;
  const titleOf = (section) => byId(`${section}_title`).textContent;

  function beginExam() {
    const ids = [...Queue.ids()];
    for (let index = ids.length - 1; index > 0; index -= 1) {
      const other = Math.floor(Math.random() * (index + 1));
      [ids[index], ids[other]] = [ids[other], ids[index]];
    }
    ids.length = Math.min(ids.length, Number(byId("_questions").value));
    exam = { ids, marks: [], ends: Date.now() + ids.length * 60_000 };
    show("exam");
    clock = setInterval(tick, 500);
    tick();
    askNext();
  }

  function tick() {
    const left = Math.max(0, Math.ceil((exam.ends - Date.now()) / 1000));
    const seconds = String(left % 60).padStart(2, "0");
    byId("_clock").textContent = `${Math.floor(left / 60)}:${seconds}`;
    if (left === 0) finish();
  }

  function askNext() {
    const { ids, marks } = exam;
    if (marks.length === ids.length) return finish();
    byId("_left").textContent = `${marks.length + 1} / ${ids.length}`;
    ask(ids[marks.length]);
  }

  function mark(right) {
    if (!current?.shown || mode !== "exam") return;
    exam.marks.push(right);
    askNext();
  }

  function finish() {
    const { ids, marks } = exam;
    const sections = new Map();
    ids.forEach((id, index) => {
      const [right, all] = sections.get(sectionOf(id)) ?? [0, 0];
      sections.set(sectionOf(id), [right + (marks[index] ? 1 : 0), all + 1]);
    });
    const rows = [...sections].map(([section, [right, all]]) => {
      const name = make("th", { scope: "row" }, titleOf(section));
      return make("tr", {}, name, make("td", {}, `${right} / ${all}`));
    });
    byId("_by-section").replaceChildren(...rows);
    const missed = ids.filter((_, index) => !marks[index]);
    const links = missed.map((id) => {
      const link = make("a", { href: `#${id}` }, byId(id).querySelector("h3").textContent);
      link.addEventListener("click", () => view().close());
      return make("li", {}, link);
    });
    byId("_missed-cards").replaceChildren(...links);
    byId("_missed-title").hidden = missed.length === 0;
    const holes = { right: ids.length - missed.length, count: ids.length };
    byId("_score").textContent = word("study-score", holes);
    show("result");
    byId("_score").focus();
  }

  /** Ends an exam early; only the answered cards count. Returns whether there was one to end. */
  function stop() {
    if (mode !== "exam" || exam.marks.length === 0) return false;
    exam.ids.length = exam.marks.length;
    finish();
    return true;
  }

  /* Saving and loading progress */

  function save() {
    const file = new Blob([Progress.text()], { type: "application/json" });
    const address = URL.createObjectURL(file);
    const name = `${data.key}-${Progress.day(Date.now())}.json`;
    make("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }

  async function load(input) {
    const [file] = input.files;
    if (!file) return;
    let said;
    try {
      said = word("study-taken", { count: Progress.take(await file.text()) });
    } catch (error) {
      const known = ["damaged", "foreign", "newer"].includes(error.message);
      said = word(`study-file-${known ? error.message : "damaged"}`);
    }
    input.value = "";
    byId("_file-said").textContent = said;
    refresh();
  }

  function start() {
    Progress.watch(refresh);
    byId("_begin-exam").disabled = Queue.ids().length === 0;
    // A new day may have begun while the page was open.
    for (const event of ["focus", "visibilitychange"]) addEventListener(event, refresh);
    const on = (id, event, action) => byId(id).addEventListener(event, action);
    on("_open-study", "click", enter);
    on("_close", "click", () => (mode === "home" ? view().close() : stop() || enter()));
    on("_study", "cancel", (event) => stop() && event.preventDefault());
    on("_begin", "click", begin);
    on("_reveal", "click", reveal);
    on("_undo", "click", undo);
    on("_begin-exam", "click", beginExam);
    on("_knew", "click", () => mark(true));
    on("_missed", "click", () => mark(false));
    on("_help", "click", () => byId("_keys").showModal());
    on("_keys-close", "click", () => byId("_keys").close());
    on("_save", "click", save);
    on("_load", "change", (event) => load(event.target));
    on("_limit", "change", ({ target }) => {
      if (target.value) Progress.setLimit(target.valueAsNumber);
      refresh();
    });
    for (const button of byId("_ratings").children) {
      button.addEventListener("click", () => rate(Number(button.value)));
    }
    on("_study", "close", () => show("home"));
    refresh();
  }

  /** Handles a key in the open study view; returns whether the key had a meaning. */
  function press(key) {
    const digit = Number(key);
    const options = current?.sheet.choice?.buttons ?? [];
    if (key === "u") undo();
    else if (!current) return false;
    else if (key === " ") {
      if (!current.shown) reveal();
      else if (mode === "exam") mark(current.sheet.right() !== false);
      else rate(3);
    } else if (!(digit >= 1)) return false;
    else if (!current.shown) options[digit - 1]?.click();
    else if (mode === "exam") mark(digit > 1);
    else if (digit <= 4) rate(digit);
    else return false;
    return true;
  }

  return { start, press, isOpen: () => view().open };
})();
