// What the answer says beside the counter: worst case, cost, rules, formats, choices of letters.

import { element, settle } from "./dom.js";

/** The card of each choice of letters; the radio buttons themselves are in the form. */
export function showChoices(root, choices) {
  for (const card of root.querySelectorAll("[data-choice]")) {
    const found = choices.find((one) => one.rewriting === card.dataset.choice);
    const place = card.querySelector("[data-figures]");
    settle(place, found || null, () => (found ? choice(found) : []));
  }
}

function choice(one) {
  return [
    element("p", { class: "sbm-sample", "aria-hidden": "true" }, one.text),
    element("p", {}, element("strong", {}, one.line)),
    one.worst ? element("p", { class: "sbm-help" }, one.worst) : null,
    one.cost ? element("p", {}, one.cost) : null,
    one.saving ? element("p", { class: "sbm-good" }, one.saving) : null,
    one.same ? element("p", { class: "sbm-help" }, one.same) : null,
    one.risk ? element("p", { class: "sbm-risk" }, one.risk) : null,
  ].filter(Boolean);
}

/** Words that can be read as others without their marks: what offends is always in sight. */
export function showReadings(root, readings) {
  root.hidden = readings.words.length === 0;
  const [offensive, others] = [true, false].map((is) =>
    readings.words.filter((one) => one.is_offensive === is),
  );
  const row = (one) => element("li", {}, one.message);
  const list = root.querySelector("[data-offensive]");
  settle(list, offensive, () => offensive.map(row));
  const details = root.querySelector("details");
  details.hidden = others.length === 0;
  details.querySelector("summary").textContent = readings.summary;
  settle(details.querySelector("ul"), others, () => others.map(row));
}

export function showCost(root, cost) {
  const place = root.querySelector("[data-cost]");
  settle(place, cost, () => {
    if (!cost) return [];
    const parts = cost.sentence ? [element("p", { class: "sbm-total" }, cost.sentence)] : [];
    if (cost.rows.length) parts.push(costTable(cost));
    return [...parts, ...cost.notes.map((note) => element("p", { class: "sbm-help" }, note))];
  });
}

function costTable(cost) {
  return element(
    "div",
    { class: "sbm-scroll", tabindex: 0, role: "region", "aria-label": cost.caption },
    element(
      "table",
      { class: "sb-table" },
      element("caption", { class: "sbm-spoken" }, cost.caption),
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          ...cost.heads.map((head, index) =>
            element("th", { scope: "col", class: index ? "sb-number" : undefined }, head),
          ),
        ),
      ),
      element("tbody", {}, ...cost.rows.flatMap(costRows)),
    ),
  );
}

function costRows(row) {
  const figures = element(
    "tr",
    {},
    element("th", { scope: "row" }, row.network),
    ...row.cells.map((cell) => element("td", { class: "sb-number" }, cell)),
  );
  const more = [
    row.adds ? element("div", {}, row.adds) : null,
    row.limit ? element("div", { class: "sbm-unmet" }, row.limit) : null,
  ].filter(Boolean);
  if (!more.length) return [figures];
  const width = row.cells.length + 1;
  return [figures, element("tr", { class: "sbm-more" }, element("td", { colspan: width }, ...more))];
}

export function showWorst(root, worst) {
  settle(root, worst, () =>
    worst
      ? [
          element("p", { class: `sbm-worst sbm-${worst.level}` }, worst.sentence),
          ...worst.details.map((line) => element("p", { class: "sbm-help" }, line)),
        ]
      : [],
  );
}

/** Findings by country: what is forbidden first, each with its fix and where it is written. */
export function showFindings(root, findings, none) {
  settle(root, [findings, none], () =>
    findings.length
      ? findings.map((one) =>
          element(
            "li",
            { class: `sb-finding sb-${one.severity}` },
            element("strong", {}, `${one.country} · ${one.label}`),
            element("span", {}, one.message),
            element("span", {}, one.fix),
            element("small", {}, one.citation),
          ),
        )
      : [element("li", { class: "sbm-help" }, none)],
  );
}

/** What a claimed format demands, met or not. */
export function showChecks(root, checks) {
  settle(root, checks, () =>
    checks.map((one) =>
      element(
        "li",
        { class: one.is_met ? "sbm-met" : "sbm-unmet" },
        element("span", { class: "sbm-spoken" }, `${one.word}: `),
        one.message,
      ),
    ),
  );
}
