// What stands in the text and costs or troubles: each character with its places and a way out.

import { element, fill, settle } from "./dom.js";

const MOST_PLACES = 8;

/** `act.goTo(at, length)` shows a place; `act.replace(character, by)` changes the text. */
export function makeCulprits({ root, words, act }) {
  const notes = root.querySelector("[data-notes]");
  const signs = root.querySelector("[data-signs]");
  const letters = root.querySelector("[data-letters]");
  const refused = root.querySelector("[data-refused]");
  const clean = root.querySelector("[data-clean]");

  function place(one, index) {
    return element(
      "button",
      {
        type: "button",
        class: "sbm-place",
        "data-key": `at-${one.at}`,
        "aria-label": fill(words.go_to, { place: one.at + 1 }),
        onclick: () => act.goTo(one.at, one.length),
      },
      String(index),
    );
  }

  function places(list) {
    const shown = list.slice(0, MOST_PLACES).map((one) => place(one, one.at + 1));
    if (list.length > MOST_PLACES) shown.push(element("span", {}, `+${list.length - MOST_PLACES}`));
    return element("span", { class: "sbm-places" }, `${words.at} `, ...shown);
  }

  function row(one) {
    const button =
      one.action &&
      element(
        "button",
        {
          type: "button",
          class: "sbm-button",
          "data-key": `replace-${one.character}`,
          onclick: () => act.replace(one.character, one.suggestion),
        },
        one.action,
      );
    return element(
      "li",
      { class: "sbm-culprit" },
      element("span", { class: "sbm-glyph", "aria-hidden": "true" }, one.shown),
      element("span", { class: "sbm-name" }, `${one.name}`, element("small", {}, ` ×${one.count}`)),
      places(one.places),
      button,
    );
  }

  function show(answer) {
    const kinds = { sign: [], letter: [] };
    for (const one of answer.culprits) (kinds[one.kind] || kinds.sign).push(one);
    settle(notes, answer.notes, () => answer.notes.map((note) => element("li", {}, note)));
    settle(signs, kinds.sign, () => kinds.sign.map(row));
    signs.hidden = kinds.sign.length === 0;
    const list = letters.querySelector("[data-list]");
    settle(list, kinds.letter, () => kinds.letter.map(row));
    letters.hidden = kinds.letter.length === 0;
    const count = kinds.letter.reduce((sum, one) => sum + one.count, 0);
    const marked = kinds.letter.map((one) => one.character).join(" ");
    letters.querySelector("summary").textContent = fill(words.letters, { count, letters: marked });
    settle(refused, answer.refused, () => answer.refused.map(refusal));
    clean.hidden = answer.culprits.length + answer.notes.length + answer.refused.length > 0;
    clean.textContent = answer.clean;
  }

  function refusal(one) {
    return element(
      "li",
      { class: `sb-finding sb-${one.severity}` },
      element("span", {}, one.message),
      one.places.length ? places(one.places) : null,
    );
  }

  return { show };
}
