// The languages of one message: a tab, a text area and a choice of letters for each.

import { element, fill } from "./dom.js";
import { makeTabs } from "./tabs.js";

const OWN = "";

/** `viewed(text)` is told which text is in view; `changed()` that something was written. */
export function makeLanguages({ root, setup, words, area, letters, viewed, changed }) {
  const tablist = root.querySelector('[role="tablist"]');
  const panels = root.querySelector("[data-panels]");
  const adders = root.querySelector("[data-adders]");
  const own = { tag: OWN, area, rewriting: letters.value };
  let texts = [own];
  let inView = own;
  let ownTag = setup.own_language;

  const tabs = makeTabs(tablist, (tab) => {
    inView = texts.find((one) => one.tag === tab.dataset.tag) || own;
    viewed(inView);
  });

  const labelOf = (tag) =>
    (setup.languages.find((one) => one.tag === tag) || { label: tag || words.own_text }).label;
  const tabOf = (tag) => [...tablist.children].find((one) => one.dataset.tag === tag);

  function tab(tag, panel) {
    const made = element(
      "button",
      {
        type: "button",
        role: "tab",
        class: "sbm-tab",
        id: `language-tab-${tag || "own"}`,
        "data-tag": tag,
        "aria-controls": panel,
        "aria-selected": "false",
        tabindex: "-1",
      },
      element("span", { "data-name": true }, labelOf(tag || ownTag)),
      element("span", { class: "sbm-badge", "data-badge": true }),
    );
    tablist.append(made);
    return made;
  }

  function add({ language, body, rewriting }) {
    const panel = `language-panel-${language}`;
    const id = `id_body_${language}`;
    const made = element("textarea", {
      id,
      class: area.className,
      rows: area.rows,
      lang: language,
      spellcheck: "true",
      oninput: changed,
      "aria-describedby": area.getAttribute("aria-describedby"),
    });
    made.value = body;
    panels.append(
      element(
        "div",
        { id: panel, role: "tabpanel", hidden: true },
        element("label", { for: id, class: "sbm-label" }, fill(words.text_in, { language: labelOf(language) })),
        made,
        element(
          "button",
          { type: "button", class: "sbm-button sbm-remove", onclick: () => remove(language) },
          fill(words.remove, { language: labelOf(language) }),
        ),
      ),
    );
    texts = [...texts, { tag: language, area: made, rewriting }];
    tab(language, panel);
    offer();
  }

  function remove(tag) {
    texts = texts.filter((one) => one.tag !== tag);
    tabOf(tag).remove();
    document.getElementById(`language-panel-${tag}`).remove();
    offer();
    tabs.select(tabOf(OWN), { focus: true });
    changed();
  }

  // A new language begins with the words there are; without marks they need no writing.
  function begin(about) {
    const body = about.rewriting === "unmarked" ? area.value : "";
    add({ language: about.tag, body, rewriting: about.rewriting });
    tabs.select(tabOf(about.tag));
    inView.area.focus();
    changed();
  }

  function offer() {
    const taken = new Set(texts.map((one) => one.tag));
    const open = setup.languages.filter((one) => one.tag !== ownTag && !taken.has(one.tag));
    adders.replaceChildren(
      ...open.map((one) =>
        element(
          "button",
          { type: "button", class: "sbm-button", "data-add": one.tag, onclick: () => begin(one) },
          one.add,
        ),
      ),
    );
  }

  function setOwnTag(tag) {
    if (tag === ownTag) return;
    ownTag = tag;
    area.lang = tag;
    tabOf(OWN).querySelector("[data-name]").textContent = labelOf(tag);
    offer();
  }

  /** How each language stands: its segments, or that something is wrong there. */
  function showBadges(badges) {
    for (const one of tablist.children) {
      const found = badges.find((badge) => badge.language === one.dataset.tag);
      const badge = one.querySelector("[data-badge]");
      const isAlone = texts.length === 1;
      badge.textContent = found && !isAlone ? ` ${found.badge}` : "";
      badge.classList.toggle("sbm-unmet", Boolean(found && !found.is_right && !isAlone));
    }
  }

  function view(tag) {
    const found = tabOf(tag);
    if (found && inView.tag !== tag) tabs.select(found);
  }

  area.lang = ownTag;
  tab(OWN, "language-panel-own");
  for (const one of letters.variants) add(one);
  offer();
  tabs.select(tabOf(OWN));

  return {
    setOwnTag,
    showBadges,
    view,
    inView: () => inView,
    texts: () => texts,
    own,
    variants: () =>
      texts
        .filter((one) => one !== own)
        .map((one) => ({ language: one.tag, body: one.area.value, rewriting: one.rewriting })),
  };
}
