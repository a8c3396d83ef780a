// The phone: shortest, typical and longest text, with where it is cut.

import { element, settle } from "./dom.js";
import { makeTabs } from "./tabs.js";

export function makePhone({ root, words }) {
  const bubble = root.querySelector("[data-bubble]");
  const line = root.querySelector("[data-line]");
  const tablist = root.querySelector('[role="tablist"]');
  let previews = {};
  let chosen = "typical";

  const tabs = makeTabs(tablist, (tab) => {
    chosen = tab.dataset.preview;
    draw();
  });

  function draw() {
    const shown = previews[chosen];
    bubble.classList.toggle("sb-quiet", !shown);
    line.textContent = shown ? shown.line : "";
    settle(bubble, [chosen, shown], () => (shown ? pieces(shown.segments) : [words.empty]));
  }

  function pieces(segments) {
    if (segments.length === 1) return [segments[0].text];
    return segments.flatMap((one, index) => [
      element("span", { class: "sbm-piece" }, one.text),
      element("span", { class: "sbm-cut", title: one.title }, `${index + 1}/${segments.length}`),
    ]);
  }

  /** `found` has a preview per tab; tabs without one are out of sight. */
  function show(found) {
    previews = found;
    for (const tab of tablist.querySelectorAll('[role="tab"]')) {
      tab.hidden = !(tab.dataset.preview in found);
    }
    tablist.hidden = Object.keys(found).length < 2;
    if (!(chosen in found) && chosen !== "typical") tabs.select(tablist.querySelector('[data-preview="typical"]'));
    else draw();
  }

  tabs.select(tablist.querySelector('[data-preview="typical"]'));
  return { show };
}
