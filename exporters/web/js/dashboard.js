/* The dashboard: the forecast and the weak topics, as drawings and as a table for screen readers. */

function svg(tag, ...rest) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), ...rest);
}

function percent(share) {
  return new Intl.NumberFormat(root.lang, { style: "percent" }).format(share);
}

/** The row of a table with its heading. */
function row(name, ...cells) {
  const values = cells.map((value) => make("td", {}, String(value)));
  return make("tr", {}, make("th", { scope: "row" }, name), ...values);
}

/** Adds up lists of numbers by key. */
function sums(facts) {
  const all = new Map();
  for (const [key, numbers] of facts) {
    const before = all.get(key) ?? [];
    all.set(key, numbers.map((number, index) => number + (before[index] ?? 0)));
  }
  return [...all];
}

/** The bar of a session or an exam. */
function progressBar(done, all) {
  byId("_bar").max = Math.max(1, all);
  byId("_bar").value = done;
}

function drawDashboard(now) {
  drawSections();
  drawDays(now);
  drawExams();
  drawForecast(now, Queue.forecast(now, 14));
  const month = Progress.day(now - 30 * FSRS.DAY);
  let asked = 0, kept = 0;
  for (const [date, day] of Object.entries(Progress.get("days"))) {
    if (date >= month) [asked, kept] = [asked + day.asked, kept + day.kept];
  }
  write("_retention", asked > 0 ? percent(kept / asked) : "–");
  const weak = weakTopics().slice(0, 5);
  byId("_weak").replaceChildren(
    ...weak.map(({ name, share }) => {
      const bar = make("progress", { value: share, "aria-hidden": "true" });
      return make("li", {}, make("span", {}, name), bar, make("span", {}, percent(share)));
    }),
  );
  byId("_no-weak").hidden = weak.length > 0;
}

function drawForecast(now, counts) {
  const top = Math.max(...counts, 1);
  const chart = svg("svg", { viewBox: "0 0 280 96", "aria-hidden": "true" });
  const named = new Intl.DateTimeFormat(root.lang, { month: "numeric", day: "numeric" });
  const rows = counts.map((count, index) => {
    const height = count === 0 ? 1 : Math.max(3, (60 * count) / top);
    const middle = index * 20 + 10;
    const name = named.format(Progress.dawn(now, index));
    chart.append(svg("rect", { x: middle - 7, y: 76 - height, width: 14, height }));
    if (count > 0) chart.append(svg("text", { x: middle, y: 72 - height }, String(count)));
    if (index % 3 === 0) chart.append(svg("text", { x: middle, y: 92, class: "date" }, name));
    return row(name, count);
  });
  byId("_chart").replaceChildren(chart);
  byId("_forecast").replaceChildren(...rows);
}

// A card is learnt when it comes back after three weeks or more, as in Anki.
const MATURE = 21 * FSRS.DAY;

/** Of each section: cards learnt, young and unseen, and the share of answers that were right. */
function drawSections() {
  const facts = Queue.ids().map((id) => {
    const card = Progress.card(id);
    const isLearnt = card?.phase === "review" && card.due - card.last >= MATURE;
    const counts = [isLearnt, !(isLearnt || !card), !card, card?.seen ?? 0, card?.again ?? 0];
    return [byId(id).dataset.section, counts.map(Number)];
  });
  const rows = sums(facts).map(([section, [learnt, young, unseen, seen, again]]) => {
    const kept = seen > 0 ? percent(1 - again / seen) : "–";
    return row(titleOf(section), learnt, young, unseen, kept);
  });
  byId("_sections").replaceChildren(...rows);
}

/** The last 18 weeks, a square a day: the darker, the more cards were answered. */
function drawDays(now) {
  const weeks = 18;
  const today = Progress.dawn(now);
  const start = Progress.dawn(now, -((today.getDay() + 6) % 7) - 7 * (weeks - 1));
  const chart = svg("svg", { viewBox: `0 0 ${weeks * 10} 70`, role: "img" });
  let studied = 0;
  for (let index = 0; ; index += 1) {
    const date = Progress.dawn(start, index);
    if (date > today) break;
    const { fresh = 0, asked = 0 } = Progress.get("days")[Progress.day(date)] ?? {};
    const count = fresh + asked;
    studied += count > 0 ? 1 : 0;
    const shade = count === 0 ? 0 : count < 10 ? 1 : count < 30 ? 2 : 3;
    const [x, y] = [10 * Math.floor(index / 7), 10 * (index % 7)];
    const square = svg("rect", { x, y, width: 9, height: 9, class: `shade-${shade}` });
    square.append(svg("title", {}, `${date.toLocaleDateString(root.lang)}: ${count}`));
    chart.append(square);
  }
  const said = word("study-days-said", { count: studied, weeks });
  chart.ariaLabel = said;
  byId("_days").replaceChildren(chart, make("p", { class: "hint" }, said));
}

/** The results of the last exams, the newest first. */
function drawExams() {
  const last = Progress.get("exams").slice(-5).reverse();
  const rows = last.map(({ at, right, count }) =>
    row(new Date(at).toLocaleDateString(root.lang), `${right} / ${count}`),
  );
  byId("_exams").replaceChildren(...rows);
  byId("_exams").parentElement.hidden = rows.length === 0;
}

/** Topics by the share of their reviews that failed, the hardest first. */
function weakTopics() {
  const facts = Queue.ids().filter(Progress.card).flatMap((id) => {
    const { seen, again } = Progress.card(id);
    const count = byId(id).dataset.topics?.split(" ").length ?? 0;
    const topics = pick(".labels > :not([class])", byId(id)).slice(0, count);
    return topics.map(({ textContent }) => [textContent, [seen, again]]);
  });
  return sums(facts)
    .map(([name, [seen, again]]) => ({ name, share: again / seen }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share);
}
