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
  for (const [date, day] of Object.entries(Progress.days())) {
    if (date >= month) [asked, kept] = [asked + day.asked, kept + day.kept];
  }
  write("_retention", asked > 0 ? percent(kept / asked) : "–");
  const weak = weakTopics().slice(0, 5);
  byId("_weak").replaceChildren(
    ...weak.map(({ name, share }) => {
      const bar = svg("svg", { viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" });
      bar.append(svg("rect", { width: 100 * share, height: 6 }));
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
  const sections = new Map();
  for (const id of Queue.ids()) {
    const { section } = byId(id).dataset;
    const sum = sections.get(section) ?? { learnt: 0, young: 0, unseen: 0, seen: 0, again: 0 };
    const card = Progress.card(id);
    if (!card) sum.unseen += 1;
    else if (card.phase === "review" && card.due - card.last >= MATURE) sum.learnt += 1;
    else sum.young += 1;
    sections.set(section, { ...sum, seen: sum.seen + (card?.seen ?? 0), again: sum.again + (card?.again ?? 0) });
  }
  const rows = [...sections].map(([section, { learnt, young, unseen, seen, again }]) => {
    const kept = seen > 0 ? percent(1 - again / seen) : "–";
    return row(byId(`${section}_title`).textContent, learnt, young, unseen, kept);
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
    const { fresh = 0, asked = 0 } = Progress.days()[Progress.day(date)] ?? {};
    const count = fresh + asked;
    studied += count > 0 ? 1 : 0;
    const shade = count === 0 ? 0 : count < 10 ? 1 : count < 30 ? 2 : 3;
    const [x, y] = [10 * Math.floor(index / 7), 10 * (index % 7)];
    const square = svg("rect", { x, y, width: 9, height: 9, class: `shade-${shade}` });
    square.append(svg("title", {}, `${date.toLocaleDateString(root.lang)}: ${count}`));
    chart.append(square);
  }
  const said = word("study-days-said", { count: studied, weeks });
  chart.setAttribute("aria-label", said);
  byId("_days").replaceChildren(chart, make("p", { class: "hint" }, said));
}

/** The results of the last exams, the newest first. */
function drawExams() {
  const last = Progress.exams().slice(-5).reverse();
  const rows = last.map(({ at, right, count }) =>
    row(new Date(at).toLocaleDateString(root.lang), `${right} / ${count}`),
  );
  byId("_exams").replaceChildren(...rows);
  byId("_exams").parentElement.hidden = rows.length === 0;
}

/** Topics by the share of their reviews that failed, the hardest first. */
function weakTopics() {
  const topics = new Map();
  for (const id of Queue.ids()) {
    const card = Progress.card(id);
    if (!card) continue;
    const names = byId(id).querySelectorAll(".labels > li:not([class])");
    (byId(id).dataset.topics ?? "").split(" ").filter(Boolean).forEach((topic, index) => {
      const sum = topics.get(topic) ?? { name: names[index]?.textContent ?? topic, seen: 0, again: 0 };
      topics.set(topic, { ...sum, seen: sum.seen + card.seen, again: sum.again + card.again });
    });
  }
  return [...topics.values()]
    .filter(({ again }) => again > 0)
    .map(({ name, seen, again }) => ({ name, share: again / seen }))
    .sort((a, b) => b.share - a.share);
}
