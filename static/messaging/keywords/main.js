// The form of a keyword rule: its kind explained, its steps and what comes after them as fields.

import { carried, element, listIn } from "../composer/dom.js";
import { questionEditor } from "./question.js";
import { stepsEditor } from "./steps.js";

const setup = carried("keyword-setup");
const stored = {
  actions: document.querySelector('[data-plan="actions"]'),
  question: document.querySelector('[data-plan="question"]'),
};

function objectIn(field) {
  try {
    const value = JSON.parse(field.value);
    return value && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function explainKinds() {
  const kind = document.getElementById("id_match_kind");
  const words = document.getElementById("id_words");
  const help = element("p", { class: "sbk-help", role: "status" });
  const wordsRow = words.closest(".form-row, .field-words, .field-row") || words.parentElement;
  const show = () => {
    help.textContent = setup.kinds[kind.value] || "";
    wordsRow.hidden = kind.value === "any";
    if (kind.value === "any") words.value = "";
  };
  (kind.closest(".grow") || kind.parentElement).append(help);
  kind.addEventListener("change", show);
  show();
}

function edit() {
  let choices = setup.choices;
  const errorOf = (part) => {
    const row = stored[part].closest(".field-row, .form-row, [class*=field-]");
    const found = row && row.querySelector(".errorlist, .text-red-600");
    return found ? found.textContent.trim() : "";
  };
  const part = setup.refusedAt.split(".")[0];
  const steps = listIn(stored.actions);
  const page = {
    setup,
    words: setup.words,
    choices: () => choices,
    question: objectIn(stored.question),
    refusedAt: setup.refusedAt,
    refusal: part in stored ? errorOf(part) : "",
    changed() {
      stored.actions.value = JSON.stringify(steps);
      stored.question.value = JSON.stringify(page.question);
    },
  };
  const place = element("div");
  const question = questionEditor(page);
  const draw = () => {
    place.replaceChildren(stepsEditor(steps, "actions", page));
    question.redraw();
  };
  const places = element(
    "datalist",
    { id: "sbk-places" },
    ...setup.places.map(([value, text]) => element("option", { value }, text)),
  );
  stored.actions.after(place, places);
  stored.question.after(question.box);
  stored.actions.hidden = stored.question.hidden = true;
  draw();

  const account = document.querySelector('select[name="account"]');
  const ask = async () => {
    const answer = await fetch(`${setup.choicesUrl}?account=${encodeURIComponent(account.value)}`);
    if (!answer.ok) return;
    choices = await answer.json();
    draw();
  };
  if (account) {
    account.addEventListener("change", ask);
    if (account.value) ask();
  }
}

explainKinds();
edit();
