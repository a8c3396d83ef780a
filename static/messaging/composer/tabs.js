// Tabs by the keyboard pattern of WAI-ARIA: arrows, Home and End move, one tab stop for all.

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Makes a tablist work; `chosen(tab)` is told. Tabs may come and go. */
export function makeTabs(list, chosen) {
  const tabs = () => [...list.querySelectorAll('[role="tab"]')];

  function select(tab, { focus = false } = {}) {
    for (const one of tabs()) {
      const isThis = one === tab;
      one.setAttribute("aria-selected", String(isThis));
      one.tabIndex = isThis ? 0 : -1;
      const panel = document.getElementById(one.getAttribute("aria-controls"));
      if (panel && panel.dataset.shared === undefined) panel.hidden = !isThis;
      if (panel && isThis) panel.setAttribute("aria-labelledby", one.id);
    }
    if (focus) tab.focus();
    chosen(tab);
  }

  list.addEventListener("click", (event) => {
    const tab = event.target.closest('[role="tab"]');
    if (tab) select(tab);
  });
  list.addEventListener("keydown", (event) => {
    const all = tabs();
    const at = all.indexOf(event.target.closest('[role="tab"]'));
    if (at < 0) return;
    let next = null;
    if (event.key in STEPS) next = all[(at + STEPS[event.key] + all.length) % all.length];
    else if (event.key === "Home") next = all[0];
    else if (event.key === "End") next = all[all.length - 1];
    if (!next) return;
    event.preventDefault();
    select(next, { focus: true });
  });
  return { select };
}
