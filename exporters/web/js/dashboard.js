/* The dashboard: the forecast and the weak topics, as drawings and as a table for screen readers. */

function svg(tag, ...rest) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), ...rest);
}

function percent(share) {
  return new Intl.NumberFormat(root.lang, { style: "percent" }).format(share);
}

function drawDashboard(now) {
  drawForecast(now, Queue.forecast(now, 14));
  const month = Progress.day(now - 30 * FSRS.DAY);
  let asked = 0, kept = 0;
  for (const [date, day] of Object.entries(Progress.days())) {
    if (date >= month) [asked, kept] = [asked + day.asked, kept + day.kept];
  }
  byId("_retention").textContent = asked > 0 ? percent(kept / asked) : "–";
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
    return make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, String(count)));
  });
  byId("_chart").replaceChildren(chart);
  byId("_forecast").replaceChildren(...rows);
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
